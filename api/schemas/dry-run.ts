import { z } from 'zod';

const LAUNCH_WARNINGS = [
  'audience_empty',
  'nobody_eligible',
  'duplicate_numbers',
  'attribute_of_nobody',
  'run_open',
  'quiet_hours',
  'hold_in_force',
  'breaker_open',
  'integration_not_configured',
  'too_many_branches',
  'text_forces_ucs2',
  'text_several_segments',
  'media_not_stored',
  'document_not_shown',
  'unexpected_audience',
  'cancelled_run_before',
] as const;

const warningView = z.object({
  code: z.enum(LAUNCH_WARNINGS),
  message: z.string(),
  node_id: z.string().optional(),
  attribute: z.string().optional(),
  customers: z.int().optional(),
  runs: z.array(z.uuid()).optional(),
  scope: z.string().optional(),
  key: z.string().nullable().optional(),
  integration: z.string().optional(),
  until: z.iso.datetime().optional(),
});
export type LaunchWarning = z.output<typeof warningView>;

const figures = {
  audience: z.int().meta({ description: 'Customers who would be admitted.' }),
  eligible: z.int().meta({ description: 'Of these, those whose first message would be sent now.' }),
  held: z
    .int()
    .meta({ description: 'Those who would wait: an operator holds their message, or its provider fails.' }),
  quietHours: z.int().meta({
    description:
      'Those who would wait for the hours in which marketing may reach them, 8:00 to 21:00 where they are.',
  }),
  suppressed: z
    .record(z.string(), z.int())
    .meta({ description: 'Those who would be kept in, by the reason of their first message.' }),
};

export const dryRunView = z
  .object({
    ...figures,
    noMessage: z.int().meta({ description: 'Those whom the conditions lead to no message, as things are.' }),
    nodes: z
      .array(z.object({ node_id: z.string(), ...figures }))
      .meta({ description: 'The message nodes that somebody may come to first.' }),
    warnings: z.array(warningView),
  })
  .meta({ id: 'DryRun' });
export type DryRunReport = z.output<typeof dryRunView>;
