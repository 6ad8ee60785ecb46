import type { z } from 'zod';
import { secretsIfReadable } from '../../database/integration-secrets.ts';
import { lockUses, removeIntegration } from '../../database/remove-integration.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { inTransaction } from '../../database/transaction.ts';
import {
  insertIntegration,
  lockIntegration,
  writeIntegration,
  writeOpenParts,
  type WantedIntegration,
} from '../../database/write-integration.ts';
import { isProviderName, PROVIDER_KINDS } from '../../providers/catalogue.ts';
import type { IdempotentIds } from '../../domain/idempotent-ids.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import type { integrationChange, newIntegrationBody } from '../schemas/integration.ts';
import type { IntegrationRow } from '../../database/read-integration.ts';
import { isUuid } from '../customers/read-customer.ts';
import { assertPublicBaseUrl } from './assert-public-base-url.ts';
import { changedParts } from './changed-parts.ts';

type NewIntegration = z.output<typeof newIntegrationBody>;
type Change = z.output<typeof integrationChange>;

/** Of its configuration; that a breaker opens does not change it. */
export function integrationTag({ id, revision }: Pick<IntegrationRow, 'id' | 'revision'>): string {
  return entityTag({ id, revision });
}

/** @returns its id @throws ApiProblem `integration_exists`, `bad_body` */
export function createIntegration(
  { pool }: Pick<ApiDependencies, 'pool'>,
  box: SecretBox,
  projectId: string,
  body: NewIntegration,
): Promise<string> {
  return inTransaction(pool, async (connection) => {
    await assertPublicBaseUrl(connection, projectId, body.baseUrl);
    const id = await insertIntegration(connection, projectId, body);
    const row = id === undefined ? undefined : await lockIntegration(connection, projectId, { id });
    if (!row)
      throw new ApiProblem(
        'integration_exists',
        `There is an integration "${body.key}". Change that, or take another key.`,
      );
    await writeIntegration(connection, row, wantedOf(body), box);
    return row.id;
  });
}

/** @throws ApiProblem `not_found`, `precondition_failed`, `bad_body` */
export function changeIntegration(
  { pool }: Pick<ApiDependencies, 'pool'>,
  box: SecretBox,
  projectId: string,
  { id, change, ifMatch }: { readonly id: string; readonly change: Change; readonly ifMatch: IfMatch },
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const row = isUuid(id) ? await lockIntegration(connection, projectId, { id }) : undefined;
    if (!row) throw unknownIntegration();
    assertMatch(ifMatch, integrationTag(row));
    const parts = changedParts(row, secretsIfReadable(row, box), change);
    const { baseUrl } = 'open' in parts ? parts.open : parts.whole;
    if (baseUrl !== null && baseUrl !== row.baseUrl)
      await assertPublicBaseUrl(connection, projectId, baseUrl);
    const idempotentIds = idempotentIdsOf(row.provider);
    if ('open' in parts) return writeOpenParts(connection, row, { ...parts.open, idempotentIds });
    const { webhook, ...rest } = parts.whole;
    const { secret, ...settings } = webhook;
    const forgetFormers = change.forgetFormerWebhooks ?? false;
    const wanted = { ...rest, provider: row.provider, webhook: { settings, secret } };
    await writeIntegration(connection, row, { ...wanted, idempotentIds, forgetFormers }, box);
  });
}

/** @throws ApiProblem `not_found`, `precondition_failed`, `integration_in_use`, `bad_query` */
export function replaceIntegration(
  { pool }: Pick<ApiDependencies, 'pool'>,
  projectId: string,
  {
    id,
    replacement,
    ifMatch,
  }: { readonly id: string; readonly replacement?: string | undefined; readonly ifMatch: IfMatch },
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const rows = new Map<string, IntegrationRow | undefined>();
    // In one order, so that two removals can't wait for each other.
    for (const each of [id, replacement].flatMap((one) => one?.toLowerCase() ?? []).sort())
      rows.set(each, isUuid(each) ? await lockIntegration(connection, projectId, { id: each }) : undefined);
    const row = rows.get(id.toLowerCase());
    if (!row) throw unknownIntegration();
    assertMatch(ifMatch, integrationTag(row));
    const other = replacement === undefined ? undefined : rows.get(replacement.toLowerCase());
    const uses = await lockUses(connection, row.id);
    if (replacement === undefined && uses.length > 0) {
      throw new ApiProblem(
        'integration_in_use',
        `These senders send through it: ${uses.map(({ sender }) => sender).join(', ')}. Name the integration that they are to send through with ?replacement=.`,
      );
    }
    if (replacement !== undefined)
      assertReplaces(
        other,
        row,
        uses.flatMap(({ channels }) => channels),
      );
    await removeIntegration(connection, row.id, other?.id);
  });
}

function assertReplaces(
  other: IntegrationRow | undefined,
  { id }: IntegrationRow,
  channels: readonly ('mms' | 'sms')[],
): void {
  if (!other || other.id === id)
    throw new ApiProblem('bad_query', 'replacement is the id of another integration of this project.');
  const served = isProviderName(other.provider) ? PROVIDER_KINDS[other.provider].channels : [];
  const unserved = channels.find((channel) => !served.includes(channel));
  if (unserved)
    throw new ApiProblem('bad_query', `The integration "${other.key}" can't send ${unserved.toUpperCase()}.`);
}

function wantedOf({ webhook, ...body }: NewIntegration): WantedIntegration {
  const { secret, ...settings } = webhook;
  return { ...body, webhook: { settings, secret }, idempotentIds: idempotentIdsOf(body.provider) };
}

/** Of an account that nothing is known of yet. */
function idempotentIdsOf(provider: string): IdempotentIds {
  return isProviderName(provider) ? PROVIDER_KINDS[provider].idempotentIds : 'no';
}

function unknownIntegration(): ApiProblem {
  return new ApiProblem('not_found', 'There is no integration with this id.');
}
