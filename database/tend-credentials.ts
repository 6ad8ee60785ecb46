import { isDeepStrictEqual } from 'node:util';
import { secretsIfReadable, type IntegrationSecrets } from './integration-secrets.ts';
import type { Pool } from './pool.ts';
import { INTEGRATION_JSON, type IntegrationRow } from './read-integration.ts';
import type { SecretBox } from './secret-box.ts';
import { rememberedWish } from './seed-wish.ts';
import { inTransaction } from './transaction.ts';

/** How long a removed integration's reports and look-ups are served: the longest run and the reports that come after it. */
const REMOVED_FOR = '14 days';

export interface Tended {
  readonly erased: number;
  readonly sealedAnew: number;
  /** Keys of integrations whose credentials no key of ours opens. */
  readonly unreadable: readonly string[];
}

interface TendedRow {
  readonly integration: IntegrationRow;
  readonly isOver: boolean;
}

/**
 * Erases credentials that nobody needs any more, and seals those anew that are under an older key. Of what is erased stays what
 * the configuration wanted, so that it does not make an integration again that somebody has removed.
 */
export function tendCredentials(pool: Pool, box: SecretBox): Promise<Tended> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<TendedRow>(
      `SELECT ${INTEGRATION_JSON} AS integration,
              coalesce(removed_at < now() - interval '${REMOVED_FOR}', false) AS "isOver"
       FROM integration WHERE secrets IS NOT NULL ORDER BY id FOR NO KEY UPDATE`,
    );
    let [erased, sealedAnew] = [0, 0];
    const unreadable: string[] = [];
    for (const { integration, isOver } of rows) {
      const secrets = secretsIfReadable(integration, box);
      const kept = isOver ? withoutCredentials(secrets) : secrets;
      const isErased = isOver && (!secrets || !isDeepStrictEqual(kept, secrets));
      const isCurrent = integration.sealed !== null && box.isCurrent(integration.sealed.keyId);
      if (!isOver && !secrets && !isCurrent) unreadable.push(integration.key);
      if (!isErased && (isCurrent || !kept)) continue;
      const sealed = kept && box.seal(kept, integration.id);
      // What has other secrets is read anew by whoever has an adapter of it.
      await connection.query(
        'UPDATE integration SET secrets = $2, secrets_key_id = $3, revision = revision + $4 WHERE id = $1',
        [integration.id, sealed?.box ?? null, sealed?.keyId ?? null, isErased ? 1 : 0],
      );
      if (isErased) erased++;
      else sealedAnew++;
    }
    return { erased, sealedAnew, unreadable };
  });
}

/** What must outlive the credentials; undefined when nothing must. */
function withoutCredentials(secrets: IntegrationSecrets | undefined): IntegrationSecrets | undefined {
  const seed = rememberedWish(secrets?.seed);
  return seed && { credentials: {}, webhook: { secret: '', formers: [] }, seed };
}
