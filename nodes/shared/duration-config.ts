import { z } from 'zod';
import { durationMs } from '../../domain/duration.ts';

/** A duration as authors write it, `30s`, `15m`, `2h`, `3d`, `1w`; at most a year. */
export const durationSchema = z
  .string()
  .refine((text) => durationMs(text) !== undefined, {
    message: 'Write a whole number and a unit (ms, s, m, h, d, w) of at most a year, such as "30s" or "2d".',
  })
  .meta({ description: 'A whole number and a unit: 30s, 15m, 2h, 3d, 1w.', example: '2d' });
