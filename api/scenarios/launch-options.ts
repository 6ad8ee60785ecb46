import { z } from 'zod';
import { LEAST_RATE, MOST_RATE } from '../../domain/rates.ts';

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
  messagesPerSecond: z.number().min(LEAST_RATE).max(MOST_RATE).optional().meta({
    description:
      'Most messages of this run that leave a second, of all workers together. The rates of integrations and senders hold as well.',
  }),
  spreadUntil: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({
      description:
        'Spread the run evenly until then, an instant of the next 30 days: its rate is its audience divided by the time from the launch. Quiet hours, holds and ' +
        'slower rates make it longer.',
    }),
  repeatRecipients: z.boolean().optional().meta({
    description: 'Launch within 7 days of a cancelled run, also to those whom that run reached.',
  }),
});
export type LaunchOptions = z.output<typeof launchOptions>;
