import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from '../../domain/duration.ts';

const HOW_TO_WRITE = 'Write a whole number and a unit (ms, s, m, h, d, w), such as "30s" or "2d".';

/** A duration as authors write it, `30s`, `15m`, `2h`, `3d`, `1w`; at most a year. */
export const durationSchema = z
  .string()
  .regex(DURATION_PATTERN, { error: HOW_TO_WRITE, abort: true })
  .refine((text) => durationMs(text) !== undefined, { error: 'A duration is at most a year.' })
  .meta({ description: 'A whole number and a unit: 30s, 15m, 2h, 3d, 1w.', example: '2d' });
