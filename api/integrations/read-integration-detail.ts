import type { z } from 'zod';
import type { Queryable } from '../../database/pool.ts';
import type { IntegrationRow } from '../../database/read-integration.ts';
import { readUnknownCodes } from '../../database/read-unknown-codes.ts';
import { isProviderName, PROVIDER_KINDS } from '../../providers/catalogue.ts';
import type { integrationDetail } from '../schemas/integration.ts';
import { readShownIntegration } from './read-integrations.ts';

/** @throws ApiProblem `not_found` */
export async function readIntegrationDetail(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<{ readonly row: IntegrationRow; readonly view: z.input<typeof integrationDetail> }> {
  const { row, view } = await readShownIntegration(database, projectId, id);
  const knownCodes = isProviderName(row.provider) ? PROVIDER_KINDS[row.provider].knownCodes : [];
  const codes = await readUnknownCodes(database, row.id, knownCodes);
  const unknownCodes = codes.map(({ code, count, lastSeenAt }) => ({
    code,
    count,
    lastSeenAt: lastSeenAt.toISOString(),
  }));
  return { row, view: { ...view, unknownCodes } };
}
