import type { ErrorClass } from '../../domain/outcome.ts';
import type { Pool } from '../../database/pool.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import { consentingCustomers, frozenWith, launchRun, type LaunchedRun } from './launched-run.ts';
import { claim, receiptOf, receive, record, accepted } from './ledger.ts';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';

/** A run of one MMS node whose engine sends an SMS to whoever can't take the MMS. */
export async function launchFallbackRun(
  pool: Pool,
  count: number,
  more: Partial<CustomerRecord> = {},
  text = 'Read this',
): Promise<LaunchedRun> {
  const run = await launchRun(pool, { customers: consentingCustomers(count, more) });
  const frozen = frozenWith('See this');
  const nodes = frozen.nodes.map((node) =>
    node.id === 'send'
      ? {
          ...node,
          type: 'mms',
          name: 'mms_1',
          config: { ...node.config, media: [], fallback: { by: 'engine', text } },
        }
      : node,
  );
  await pool.query(
    `UPDATE scenario_version SET frozen = $2 FROM run WHERE run.id = $1 AND scenario_version.id = run.version_id`,
    [run.runId, JSON.stringify({ ...frozen, nodes })],
  );
  return run;
}

/** The MMS of all members, accepted by the provider. @returns their ids by member */
export async function acceptedMms(run: LaunchedRun): Promise<readonly string[]> {
  const { token, claimed } = await claim(run, { channel: 'mms', fallsBack: true });
  const ids = [...claimed].sort((a, b) => a.memberIndex - b.memberIndex).map(({ id }) => id);
  await record(run, token, ids.map(accepted));
  return ids;
}

/** Reports come in that the messages are too large for their operators. */
export function tooLarge(run: LaunchedRun, ...ids: readonly string[]): Promise<void> {
  return failed(run, ids, { statusCode: '15026', errorClass: 'too_large' });
}

/** Reports come in that the handsets have no MMS. */
export function handsetWithout(run: LaunchedRun, ...ids: readonly string[]): Promise<void> {
  return failed(run, ids, { statusCode: '15019', errorClass: 'fallback_to_sms' });
}

async function failed(
  run: LaunchedRun,
  ids: readonly string[],
  why: { readonly statusCode: string; readonly errorClass: ErrorClass },
): Promise<void> {
  await receive(run, ...ids.map((id) => receiptOf(id, 'failed', { ...why, channel: 'mms' })));
  await foldPendingReceipts(run.pool, { limit: 100, receiptSlackMs: 300_000 });
}
