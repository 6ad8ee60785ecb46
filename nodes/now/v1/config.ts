import { z } from 'zod';
import { defineNodeType } from '../../define.ts';
import { boundedFilterSchema } from '../../shared/audience-filter-config.ts';

export const nowNode = defineNodeType({
  type: 'now',
  version: 1,
  kind: 'trigger',
  description: 'Starts once, at launch, with every customer who matches the audience.',
  config: z.strictObject({ audience: boundedFilterSchema.optional() }),
  outlets: ['next'],
});
