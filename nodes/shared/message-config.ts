import { z } from 'zod';
import { durationMs } from '../../domain/duration.ts';
import { MESSAGE_OUTLETS } from '../../domain/message-outcome.ts';
import type { Channel } from '../../domain/channel.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { NodeReferences } from '../define.ts';
import { durationSchema } from './duration-config.ts';

/** Longest template source, in characters. */
export const MAX_TEMPLATE_LENGTH = 16_000;

export const templateSchema = z
  .string()
  .min(1)
  .max(MAX_TEMPLATE_LENGTH)
  .meta({ description: 'A nunjucks template over customer, scenario, action and project.' });

export const keySchema = z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'Write the key in lower case.');

/** What every message node is configured by. */
export const messageFields = {
  sender: keySchema.default('default').meta({ description: 'Key of a sender profile.' }),
  category: keySchema.meta({ description: 'Key of a consent category.' }),
  policy: z
    .enum(['default', 'unlimited'])
    .optional()
    .meta({ description: 'Frequency policy; "unlimited" only for transactional categories.' }),
  receiptDeadline: durationSchema
    .optional()
    .meta({ description: 'How long delivery reports are awaited; 24h by default.', example: '24h' }),
  text: templateSchema,
  smartEncoding: z.boolean().optional().meta({
    description:
      'Whether typographic quotes, dashes, spaces and the like are written as GSM-7 has them, where that makes the rendered text one of GSM-7; false by default.',
  }),
};

export const MESSAGE_NODE = {
  version: 1,
  kind: 'action',
  outlets: MESSAGE_OUTLETS,
  fallsToNext: true,
  gathers: true,
} as const;

interface MessageConfig {
  readonly sender: string;
  readonly category: string;
  readonly policy?: string | undefined;
  readonly receiptDeadline?: string | undefined;
}

/** What the message behaviour reads; 0 stands for the engine's own deadline. */
export function messageWalkConfig(config: MessageConfig): JsonObject {
  return { receiptDeadlineMs: (config.receiptDeadline && durationMs(config.receiptDeadline)) || 0 };
}

export function messageReferences(channel: Channel): (config: MessageConfig) => NodeReferences {
  return ({ sender, category, policy }) => ({
    sender,
    category,
    channel,
    ...(policy !== undefined && { policy }),
  });
}
