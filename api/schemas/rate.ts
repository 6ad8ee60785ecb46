import { z } from 'zod';
import { LEAST_RATE, MOST_RATE } from '../../domain/rates.ts';

export const messagesPerSecond = z
  .number()
  .min(LEAST_RATE)
  .max(MOST_RATE)
  .nullable()
  .meta({
    description:
      'Most messages that leave a second, of all workers together; null for as many as there are. Marketing uses four fifths ' +
      'of the rate of an integration: the rest is free for transactional messages. Repeats of messages in doubt are not counted.',
    example: 30,
  });
