import { SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** Makes sure that the namespace knows our search attributes; safe to repeat. */
export async function ensureSearchAttributes(temporal: TemporalClient, namespace: string): Promise<void> {
  const { operatorService } = temporal.connection;
  const known = await withDeadline(temporal, () => operatorService.listSearchAttributes({ namespace }));
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in known.customAttributes));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await withDeadline(temporal, () => operatorService.addSearchAttributes({ namespace, searchAttributes }));
}
