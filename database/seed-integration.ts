import { isDeepStrictEqual } from 'node:util';
import { PermanentError } from '../domain/errors.ts';
import { openSecrets, type IntegrationSecrets } from './integration-secrets.ts';
import type { Queryable } from './pool.ts';
import { INTEGRATION_JSON, type IntegrationRow } from './read-integration.ts';
import type { SecretBox } from './secret-box.ts';
import {
  changedFields,
  digestOf,
  FORGOTTEN_WISH,
  isMovedSimulator,
  rememberedWish,
  WISH_FIELDS,
  wishOf,
  type SeedIntegration,
  type Wish,
  type WishField,
} from './seed-wish.ts';
import {
  insertIntegration,
  lockIntegration,
  writeIntegration,
  type WantedIntegration,
} from './write-integration.ts';

export interface SeededIntegration {
  readonly id: string;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

export interface SeedPlace {
  readonly connection: Queryable;
  readonly projectId: string;
  readonly box: SecretBox;
}

/**
 * Makes an integration, or brings it to what the configuration says in those fields in which it says something else than when
 * it was last carried out: what somebody has changed since by hand stays otherwise.
 * @param isNeeded whether one that an operator has removed is to be made again, though nothing else is wanted of it
 * @returns undefined for one that an operator has removed and that stays so
 * @throws PermanentError `credentials_key_missing`, `credentials_unreadable` when what is stored of it can't be read: nothing is
 *   overwritten then
 */
export async function seedIntegration(
  { connection, projectId, box }: SeedPlace,
  wanted: SeedIntegration,
  isNeeded = false,
): Promise<SeededIntegration | undefined> {
  const { key } = wanted;
  const wish = wishOf(wanted);
  const row = await lockIntegration(connection, projectId, { key });
  const secrets = row && readSecrets(key, row, box);
  const last = rememberedWish(secrets?.seed) ?? (await wishOfRemoved(connection, projectId, key, box));
  if (!row) {
    const isKnown = last !== undefined && withoutMoves(last, wish).size === 0;
    if (isKnown && !isNeeded) return undefined;
    return { id: await make(connection, projectId, wanted, box), isNew: true };
  }
  const isForgotten = secrets?.seed === FORGOTTEN_WISH;
  const changed = isForgotten ? new Set<WishField>() : fieldsToWrite(row, { last, wish, wanted }, secrets);
  if (changed.size > 0 || isForgotten) {
    const merged = mergedOf(row, secrets, wanted, changed);
    await writeIntegration(connection, row, merged, box, wish);
    if (changed.has('idempotentIds') && merged.idempotentIds === 'verified')
      await connection.query(`UPDATE integration SET idempotent_ids = 'verified' WHERE id = $1`, [row.id]);
  }
  return { id: row.id, isNew: false };
}

async function make(
  connection: Queryable,
  projectId: string,
  wanted: SeedIntegration,
  box: SecretBox,
): Promise<string> {
  const id = await insertIntegration(connection, projectId, wanted);
  const row = id === undefined ? undefined : await lockIntegration(connection, projectId, { id });
  if (!row) throw new Error(`Somebody else has made the integration "${wanted.key}" just now. Start again.`);
  await writeIntegration(connection, row, wanted, box, wishOf(wanted));
  return row.id;
}

/** What the configuration wanted of an integration under this key that an operator has removed last. */
async function wishOfRemoved(
  connection: Queryable,
  projectId: string,
  key: string,
  box: SecretBox,
): Promise<Wish | undefined> {
  const { rows } = await connection.query<{ integration: IntegrationRow }>(
    `SELECT ${INTEGRATION_JSON} AS integration FROM integration
     WHERE project_id = $1 AND removed_at IS NOT NULL AND secrets IS NOT NULL
       AND split_part(key, '~', 1) = $2
     ORDER BY removed_at DESC`,
    [projectId, key],
  );
  for (const { integration } of rows) {
    const wish = rememberedWish(readSecrets(key, integration, box)?.seed);
    if (wish) return wish;
  }
  return undefined;
}

function readSecrets(key: string, row: IntegrationRow, box: SecretBox): IntegrationSecrets | undefined {
  const why = (reason: string): string =>
    `What is stored of the integration "${key}" can't be read, and is not overwritten by the configuration. ${reason}`;
  try {
    const secrets = openSecrets(row, box);
    if (row.sealed && !secrets)
      throw new PermanentError('credentials_unreadable', 'Another release has written it: start that one.');
    return secrets;
  } catch (error) {
    if (error instanceof PermanentError) throw new PermanentError(error.code, why(error.message));
    throw error;
  }
}

function withoutMoves(last: Wish, wish: Wish): Set<WishField> {
  const changed = changedFields(last, wish);
  if (isMovedSimulator(last, wish)) changed.delete('baseUrl');
  return changed;
}

/** Credentials go nowhere but where they were meant to: another account's address and its credentials are written together. */
function fieldsToWrite(
  row: IntegrationRow,
  {
    last,
    wish,
    wanted,
  }: { readonly last: Wish | undefined; readonly wish: Wish; readonly wanted: SeedIntegration },
  secrets: IntegrationSecrets | undefined,
): Set<WishField> {
  if (!last || !secrets) return new Set(WISH_FIELDS);
  const changed = withoutMoves(last, wish);
  const isWhereItWas = digestOf(row.baseUrl) === last.digests.baseUrl;
  if (isMovedSimulator(last, wish) && isWhereItWas) changed.add('baseUrl');
  const isElsewhere = originOf(row.baseUrl) !== originOf(wanted.baseUrl);
  if (isElsewhere && (changed.has('baseUrl') || changed.has('credentials')))
    for (const field of ['provider', 'baseUrl', 'settings', 'credentials'] as const) changed.add(field);
  return changed;
}

function mergedOf(
  row: IntegrationRow,
  secrets: IntegrationSecrets | undefined,
  wanted: SeedIntegration,
  changed: ReadonlySet<WishField>,
): WantedIntegration {
  const account = {
    provider: changed.has('provider') ? wanted.provider : row.provider,
    baseUrl: changed.has('baseUrl') ? wanted.baseUrl : (row.baseUrl ?? wanted.baseUrl),
    settings: changed.has('settings') ? wanted.settings : row.settings,
    credentials: changed.has('credentials') ? wanted.credentials : (secrets?.credentials ?? {}),
  };
  const { provider, baseUrl, settings, credentials, idempotentIds } = wanted;
  const isWantedAccount = isDeepStrictEqual(account, { provider, baseUrl, settings, credentials });
  return {
    ...account,
    webhook: {
      settings: changed.has('webhook') ? wanted.webhook.settings : row.webhook,
      secret: changed.has('webhookSecret') ? wanted.webhook.secret : (secrets?.webhook.secret ?? ''),
    },
    messagesPerCall: changed.has('messagesPerCall') ? wanted.messagesPerCall : row.messagesPerCall,
    // What is known of the account of the configuration is not known of another one.
    idempotentIds: isWantedAccount || idempotentIds !== 'verified' ? idempotentIds : 'assumed',
  };
}

function originOf(url: string | null): string | undefined {
  return url !== null && URL.canParse(url) ? new URL(url).origin : undefined;
}
