import { z } from 'zod';
import { HOLD_SCOPES } from '../../database/holds.ts';

const fields = {
  scope: z.enum(HOLD_SCOPES),
  key: z.string().nullable(),
  reason: z.string(),
  actor: z.string(),
  since: z.iso.datetime(),
};

export const holdView = z.object(fields).meta({ id: 'Hold' });

export const runHoldView = z.object({
  ...fields,
  nodes: z.array(z.string()).meta({ description: 'Message nodes whose messages wait.' }),
});
