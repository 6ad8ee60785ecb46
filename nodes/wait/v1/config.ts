import { z } from 'zod';
import { durationMs } from '../../../domain/duration.ts';
import { defineNodeType } from '../../define.ts';
import { durationSchema } from '../../shared/duration-config.ts';

/** Longest wait of a test send. */
const MAX_TEST_WAIT_MS = 2_000;

export const waitNode = defineNodeType({
  type: 'wait',
  version: 1,
  kind: 'operator',
  description: 'Lets the given time pass, never less.',
  config: z.strictObject({ for: durationSchema }),
  outlets: ['next'],
  waits: true,
  walkConfig: (config) => ({ forMs: durationMs(config.for) ?? 0 }),
  testWalkConfig: (config) => ({ forMs: Math.min(durationMs(config.for) ?? 0, MAX_TEST_WAIT_MS) }),
});
