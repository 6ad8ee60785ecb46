import { z } from 'zod';
import { CHANNELS } from '../../domain/channel.ts';
import { DEAD_REASONS, UNMATCHED_STATES } from '../../domain/dead-letter.ts';

const instant = z.iso.datetime();

export const unmatchedReceiptView = z
  .object({
    id: z.guid(),
    state: z.enum(UNMATCHED_STATES),
    reason: z
      .enum(DEAD_REASONS)
      .nullable()
      .meta({
        description:
          'Of a dead letter: `no_message`, no message of its integration has come up under that id for three days; ' +
          '`foreign_id`, no message of ours can have its id.',
      }),
    integration: z.string(),
    messageId: z.string(),
    reports: z
      .enum(['accepted', 'dispatched', 'delivered', 'failed', 'expired'])
      .meta({ description: 'What it says of the message.' }),
    at: instant.meta({ description: "The provider's own instant of it." }),
    channel: z.enum(CHANNELS),
    statusCode: z.string(),
    error: z.string(),
    receivedAt: instant,
    nextTryAt: instant.nullable(),
    replay: z
      .object({ at: z.iso.datetime({ offset: true }), actor: z.string(), reason: z.string() })
      .nullable()
      .meta({ description: 'Who had it tried again last, when and why.' }),
  })
  .meta({ id: 'UnmatchedReceipt' });

/** Most receipts that one call replays. */
const MOST = 10_000;

export const replayBody = z.strictObject({
  reason: z.string().min(1).max(200),
  ids: z.array(z.guid()).min(1).max(1_000).optional(),
  integration: z.string().max(100).optional().meta({ description: 'Of this integration only, by its key.' }),
  receivedFrom: z.iso.datetime({ offset: true }).optional(),
  receivedBefore: z.iso.datetime({ offset: true }).optional(),
  limit: z.int().min(1).max(MOST).default(1_000),
});
