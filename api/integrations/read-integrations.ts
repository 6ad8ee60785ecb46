import type { z } from 'zod';
import { readOpenBreakers } from '../../database/breakers.ts';
import type { Queryable } from '../../database/pool.ts';
import { readLatestIdProbes } from '../../database/read-id-probes.ts';
import { INTEGRATION_JSON, type IntegrationRow } from '../../database/read-integration.ts';
import { isProviderName, PROVIDER_KINDS } from '../../providers/catalogue.ts';
import { isUuid } from '../customers/read-customer.ts';
import { ApiProblem } from '../problem.ts';
import type { integrationView } from '../schemas/integration.ts';
import { viewOfIdProbe } from './view-id-probe.ts';

type View = z.input<typeof integrationView>;

interface Row {
  readonly integration: IntegrationRow;
  readonly senders: readonly string[];
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** An integration as the API shows it, and the row behind it. */
export interface ShownIntegration {
  readonly row: IntegrationRow;
  readonly view: View;
}

/** The integrations of a project that are there, in the order of their keys. */
export async function listIntegrations(
  database: Queryable,
  projectId: string,
): Promise<readonly ShownIntegration[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${INTEGRATION_JSON} AS integration, created_at AS "createdAt", changed_at AS "changedAt",
            ARRAY(SELECT profile.key FROM sender_profile AS profile
                  WHERE integration.id IN (sms_integration_id, mms_integration_id) ORDER BY key) AS senders
     FROM integration WHERE project_id = $1 AND removed_at IS NULL ORDER BY key`,
    [projectId],
  );
  const open = await readOpenBreakers(database, projectId);
  const probes = new Map(
    (await readLatestIdProbes(database, projectId)).map((probe) => [probe.integrationId, probe]),
  );
  const breakers = new Map(open.map(({ integration, ...breaker }) => [integration, breaker]));
  return rows.map(({ integration: row, senders, createdAt, changedAt }) => {
    const { id, key, provider, baseUrl, settings, webhook, sealed, idempotentIds, verifiedChannels } = row;
    const { messagesPerCall, messagesPerSecond } = row;
    const breaker = breakers.get(key);
    const probe = probes.get(id);
    const view = {
      ...{
        id,
        key,
        provider,
        channels: isProviderName(provider) ? [...PROVIDER_KINDS[provider].channels] : [],
      },
      ...{ baseUrl, settings, webhook, credentialsKeyId: sealed?.keyId ?? null },
      ...{ messagesPerCall, messagesPerSecond, idempotentIds, senders: [...senders] },
      verifiedChannels: [...verifiedChannels],
      idProbe: probe ? viewOfIdProbe(probe) : null,
      breaker: breaker
        ? { ...breaker, since: breaker.since.toISOString(), nextProbeAt: breaker.nextProbeAt.toISOString() }
        : null,
      ...{ createdAt: createdAt.toISOString(), changedAt: changedAt.toISOString() },
    };
    // The row's `webhook` was held against its schema when it was written.
    return { row, view: view as View };
  });
}

/** @throws ApiProblem `not_found` */
export async function readShownIntegration(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<ShownIntegration> {
  const all = isUuid(id) ? await listIntegrations(database, projectId) : [];
  const found = all.find(({ row }) => row.id === id.toLowerCase());
  if (!found) throw new ApiProblem('not_found', 'There is no integration with this id.');
  return found;
}
