import { z } from 'zod';
import { defineNodeType } from '../../define.ts';
import { boundedFilterSchema } from '../../shared/audience-filter-config.ts';

export const conditionNode = defineNodeType({
  type: 'condition',
  version: 1,
  kind: 'operator',
  description: 'Parts the customers by their attributes as they are at this moment.',
  config: z.strictObject({ filter: boundedFilterSchema }),
  outlets: ['yes', 'no'],
});
