import { z } from 'zod';
import { defineNodeType } from '../../define.ts';

export const exitNode = defineNodeType({
  type: 'exit',
  version: 1,
  kind: 'operator',
  description: "Ends the customers' walk here; the reason is kept in the trace.",
  config: z.strictObject({
    reason: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,49}$/, 'Write a short word in lower case, digits and underscores.')
      .optional(),
  }),
  outlets: [],
  walkConfig: (config) => ({ reason: config.reason ?? '' }),
});
