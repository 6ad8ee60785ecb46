import { z } from 'zod';
import type { JsonValue } from '../../domain/json.ts';

/** Any JSON: whatever comes here was parsed from JSON, so there is nothing left to check. */
export const jsonValue = z.unknown() as z.ZodType<JsonValue>;
