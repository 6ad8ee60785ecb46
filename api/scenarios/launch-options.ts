import { z } from 'zod';

/** Most runs whose recipients one launch can leave out. */
const MAX_EXCLUDED_RUNS = 20;

/** What may be said of a launch. */
export const launchOptions = z.strictObject({
  dryRun: z.boolean().optional().meta({ description: 'Tell whom the launch would reach; store nothing.' }),
  expectedAudience: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Refuse the launch if the audience is off by more than 10 %.' }),
  excludeRuns: z.array(z.uuid()).max(MAX_EXCLUDED_RUNS).optional().meta({
    description: 'Leave out every customer and number to whom one of these runs offered a message.',
  }),
  repeatRecipients: z.boolean().optional().meta({
    description: 'Launch within 7 days of a cancelled run, also to those whom that run reached.',
  }),
});
export type LaunchOptions = z.output<typeof launchOptions>;
