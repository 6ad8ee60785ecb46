import { z } from 'zod';
import { launchView } from './scenario.ts';

/** Most test recipients of one test send. */
const MAX_RECIPIENTS = 50;

export const testSendBody = z
  .strictObject({
    recipients: z
      .array(z.string().max(60))
      .min(1)
      .max(MAX_RECIPIENTS)
      .refine((names) => new Set(names).size === names.length, 'Name each test recipient once.')
      .meta({ description: 'Names of test recipients.' }),
    node: z.string().max(64).optional().meta({
      description: 'Id of a message node, to send its message alone; the whole scenario by default.',
    }),
  })
  .meta({ example: { recipients: ['ana-iphone'] } });
export type TestSendInput = z.output<typeof testSendBody>;

export const testSendView = launchView.extend({ test: z.literal(true) }).meta({ id: 'TestSend' });
