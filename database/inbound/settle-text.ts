import { pauseAfter, type AwaitedText, type TextOutcome, type TextState } from '../../domain/awaited-text.ts';
import { keywordOf, type Keyword } from '../../domain/keyword.ts';
import { storableText } from '../../domain/storable.ts';
import { lockRecipients } from '../claim-messages.ts';
import { repeatedly } from '../customers/lock-numbers.ts';
import type { Connection, Pool } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { carryOutKeyword } from './carry-out-keyword.ts';

export interface SettledText {
  readonly state: TextState;
  /** What was carried out now. */
  readonly keyword: Keyword | null;
}

/**
 * Stores what a try to fetch a text has come to, and carries out the keyword that it shows, as where the message was stored with it.
 *
 * Once: whoever comes second, or with a try that is no longer the last, changes nothing. While a text is awaited the subject decides
 * about a STOP alone; once it is given up, about everything. Of a message that is erased meanwhile only the keyword stays.
 * @returns undefined where nothing was changed
 */
export function settleText(
  pool: Pool,
  awaited: AwaitedText,
  outcome: TextOutcome,
): Promise<SettledText | undefined> {
  return repeatedly(() => inTransaction(pool, (connection) => settleOnce(connection, awaited, outcome)));
}

async function settleOnce(
  connection: Connection,
  awaited: AwaitedText,
  outcome: TextOutcome,
): Promise<SettledText | undefined> {
  const recipientId = await readRecipient(connection, awaited);
  if (recipientId === undefined) return undefined;
  await lockRecipients(connection, [recipientId]);
  const row = await lockAwaited(connection, awaited);
  const text = outcome.kind === 'fetched' ? outcome.text : null;
  if (!row || (outcome.kind === 'failed' && row.attempts !== awaited.attempts)) return undefined;
  const pauseMs = pauseAfter(awaited.attempts, outcome);
  const state = stateOf(outcome, pauseMs);
  const said = row.known ?? keywordOf({ text, keyword: row.providerKeyword, subject: row.subject });
  const keyword = state === 'awaited' && said !== 'stop' ? null : said;
  await write(connection, awaited, { state, text, keyword, pauseMs });
  if (keyword === null || row.known !== null) return { state, keyword: null };
  const { projectId, integrationKey, to } = row;
  const at = row.at.getTime();
  await carryOutKeyword(connection, keyword, { projectId, recipientId, integrationKey }, { to, at });
  return { state, keyword };
}

function stateOf(outcome: TextOutcome, pauseMs: number | undefined): TextState {
  if (outcome.kind === 'fetched') return 'fetched';
  return pauseMs === undefined ? 'given_up' : 'awaited';
}

const KEY = 'month = $1 AND integration_id = $2 AND event_key = $3';

function keyOf({ month, integrationId, eventKey }: AwaitedText): readonly [number, string, string] {
  return [month, integrationId, eventKey];
}

async function readRecipient(connection: Connection, awaited: AwaitedText): Promise<string | undefined> {
  const { rows } = await connection.query<{ id: string }>(
    `SELECT recipient_id AS id FROM inbound_message WHERE ${KEY}`,
    [...keyOf(awaited)],
  );
  return rows[0]?.id;
}

interface AwaitedRow {
  readonly projectId: string;
  readonly integrationKey: string;
  readonly to: string;
  readonly at: Date;
  readonly subject: string | null;
  readonly providerKeyword: string | null;
  /** The keyword that was carried out already. */
  readonly known: Keyword | null;
  readonly attempts: number;
}

async function lockAwaited(connection: Connection, awaited: AwaitedText): Promise<AwaitedRow | undefined> {
  const { rows } = await connection.query<AwaitedRow>(
    `SELECT inbound.project_id AS "projectId", integration.key AS "integrationKey", sender AS "to", at, subject,
            provider_keyword AS "providerKeyword", keyword AS known, text_attempts AS attempts
     FROM inbound_message AS inbound JOIN integration ON integration.id = inbound.integration_id
     WHERE ${KEY} AND text_state = 'awaited' FOR NO KEY UPDATE OF inbound`,
    [...keyOf(awaited)],
  );
  return rows[0];
}

/** Where it is still awaited its address stays, also of one that is erased: who has said STOP is erased with it. */
async function write(
  connection: Connection,
  awaited: AwaitedText,
  step: SettledText & { readonly text: string | null; readonly pauseMs: number | undefined },
): Promise<void> {
  await connection.query(
    `UPDATE inbound_message SET text_state = $4, keyword = $5, text = CASE WHEN erased_at IS NULL THEN $6 END,
       text_due_at = clock_timestamp() + make_interval(secs => $7),
       text_url = CASE WHEN $4 = 'awaited' THEN text_url END
     WHERE ${KEY}`,
    [
      ...keyOf(awaited),
      step.state,
      step.keyword,
      step.text === null ? null : storableText(step.text),
      step.pauseMs === undefined ? null : step.pauseMs / 1_000,
    ],
  );
}
