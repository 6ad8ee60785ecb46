import { z } from 'zod';
import { durationMs } from '../../../domain/duration.ts';
import { defineNodeType } from '../../define.ts';
import { durationSchema } from '../../shared/duration-config.ts';

export const waitNode = defineNodeType({
  type: 'wait',
  version: 1,
  kind: 'operator',
  description: 'Lets the given time pass, never less.',
  config: z.strictObject({ for: durationSchema }),
  outlets: ['next'],
  waits: true,
  walkConfig: (config) => ({ forMs: durationMs(config.for) ?? 0 }),
});
