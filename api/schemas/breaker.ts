import { z } from 'zod';

const fields = {
  since: z.iso.datetime(),
  statusCode: z.string().nullable().meta({ description: 'What the provider answered last.' }),
  error: z.string().nullable(),
  probes: z.int().meta({ description: 'Messages that have been tried since.' }),
  nextProbeAt: z.iso.datetime(),
};

export const breakerView = z.object(fields).meta({ id: 'Breaker' });

export const runBreakerView = z.object({
  integration: z.string(),
  nodes: z.array(z.string()).meta({ description: 'Message nodes whose messages wait.' }),
  ...fields,
});
