import { setMaxListeners } from 'node:events';
import type { Dependencies } from '../activities/dependencies.ts';
import { measured } from '../config/measured.ts';
import { analyzeNewPartitions } from '../database/analyze-new-partitions.ts';
import { foldPendingReceipts } from '../database/fold-receipts.ts';
import { runLoop } from '../database/loop.ts';
import { ensurePartitions } from '../database/migrate.ts';
import type { SecretBox } from '../database/secret-box.ts';
import { sweepMessages } from '../database/sweep-messages.ts';
import { tendCredentials } from '../database/tend-credentials.ts';
import { makeFallbacks } from './fallbacks.ts';
import { sendHints } from './hint-sender.ts';
import { makeIdProbe } from './id-probes.ts';
import { fetchInboundTexts } from './inbound-texts.ts';
import { lookUpMessages } from './look-up.ts';
import { pauseRunsWithLostWorkflows } from './lost-workflows.ts';
import { relayRuns } from './relay.ts';
import { makeResends } from './resend.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { StandingWorkflows } from './standing-workflows.ts';
import type { TemporalClient } from './temporal.ts';
import { wakeRuns } from './wake.ts';

const FOLD_LIMIT = 500;
const FOLD_IDLE_MS = 150;
const HINT_IDLE_MS = 250;
const SWEEP_LIMIT = 500;
const LOOK_UP_IDLE_MS = 1_000;
const RESEND_IDLE_MS = 1_000;
const FALLBACK_IDLE_MS = 500;
const ID_PROBE_IDLE_MS = 1_000;
const INBOUND_TEXT_IDLE_MS = 1_000;
const LOST_EVERY_SWEEPS = 5;
const STATISTICS_IDLE_MS = 1_000;
/** A namespace that was made anew knows no search attributes. */
const SEARCH_ATTRIBUTES_IDLE_MS = 60_000;
const PARTITIONS_IDLE_MS = 3_600_000;
const CREDENTIALS_IDLE_MS = 3_600_000;

export interface PumpOptions {
  readonly temporal: TemporalClient;
  readonly namespace: string;
  /** The file with the bundled workflow code, made when it is first asked for. */
  readonly bundle: () => Promise<string>;
  /** Seals and opens the credentials of integrations. */
  readonly box: SecretBox;
  /** Whether files of inbound messages may be on this machine, in mode `simulator`. */
  readonly mediaFromLoopback: boolean;
}

/**
 * Moves what the database owns, until the signal: starts launched runs, folds receipts, hints cohorts, sweeps
 * messages whose time has come, asks providers about those in doubt, sends SMS in place of MMS that were not taken, makes
 * the resends that operators want, probes accounts, and fetches texts that people have sent.
 */
export async function runPumps(
  deps: Dependencies,
  { temporal, namespace, bundle, box, mediaFromLoopback }: PumpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { pool, timings, log, notice } = deps;
  const standing = new StandingWorkflows({ pool, temporal, log, bundle });
  let registered = false;
  const relay = async (): Promise<boolean> => {
    if (!registered) await ensureSearchAttributes(temporal, namespace);
    registered = true;
    return relayRuns(pool, temporal, log, deps.reach);
  };
  const fold = async (): Promise<boolean> => {
    const { receiptSlackMs } = timings;
    deps.reach('before_fold');
    const { taken, early, proving, orphans } = await measured('fold', () =>
      foldPendingReceipts(pool, { limit: FOLD_LIMIT, receiptSlackMs }),
    );
    if (taken > 0) deps.reach('after_fold');
    notice('early_receipt', early);
    notice('proven_by_receipt', proving);
    notice('orphan_receipt', orphans);
    return taken === FOLD_LIMIT;
  };
  const sweep = async (): Promise<boolean> => {
    const { receiptSlackMs } = timings;
    const result = await sweepMessages(pool, { limit: SWEEP_LIMIT, receiptSlackMs });
    const { toUnknown, toNoReceipt, toCancelled, postponed } = result;
    const swept = toUnknown + toNoReceipt + toCancelled;
    if (swept > 0) deps.reach('after_sweep');
    notice('unknown', toUnknown);
    if (swept > 0) log.info({ toUnknown, toNoReceipt, toCancelled }, 'messages were swept');
    return swept + postponed === SWEEP_LIMIT;
  };
  const credentials = async (): Promise<void> => {
    const { erased, sealedAnew, unreadable } = await tendCredentials(pool, box);
    if (erased + sealedAnew > 0) log.info({ erased, sealedAnew }, 'credentials were tended');
    if (unreadable.length > 0)
      log.warn(
        { integrations: unreadable },
        'no key of CREDENTIAL_KEYS opens the credentials of these integrations',
      );
  };
  const nothingMore = (work: () => Promise<unknown>) => async (): Promise<boolean> => {
    await work();
    return false;
  };
  const loops = [
    { name: 'relay', work: relay, idleMs: timings.sweepMs },
    {
      name: 'search attributes',
      work: nothingMore(() => ensureSearchAttributes(temporal, namespace)),
      idleMs: SEARCH_ATTRIBUTES_IDLE_MS,
    },
    { name: 'wake', work: () => wakeRuns(pool, temporal, notice), idleMs: timings.sweepMs },
    {
      name: 'lost workflows',
      work: nothingMore(() => pauseRunsWithLostWorkflows(pool, temporal, log)),
      idleMs: timings.sweepMs * LOST_EVERY_SWEEPS,
    },
    {
      name: 'standing workflows',
      work: nothingMore(() => standing.end()),
      idleMs: timings.sweepMs * LOST_EVERY_SWEEPS,
    },
    { name: 'fold', work: fold, idleMs: FOLD_IDLE_MS },
    {
      name: 'hints',
      work: () => sendHints(pool, temporal, timings.hintMs.last, deps.reach),
      idleMs: HINT_IDLE_MS,
    },
    { name: 'sweep', work: sweep, idleMs: timings.sweepMs },
    { name: 'look-up', work: nothingMore(() => lookUpMessages(deps)), idleMs: LOOK_UP_IDLE_MS },
    {
      name: 'statistics',
      work: nothingMore(() => analyzeNewPartitions(pool)),
      idleMs: STATISTICS_IDLE_MS,
    },
    { name: 'resend', work: () => makeResends(deps), idleMs: RESEND_IDLE_MS },
    {
      name: 'fallback',
      work: () => makeFallbacks(deps, () => signal.aborted),
      idleMs: FALLBACK_IDLE_MS,
    },
    { name: 'id probes', work: () => makeIdProbe(deps), idleMs: ID_PROBE_IDLE_MS },
    {
      name: 'inbound texts',
      work: () => fetchInboundTexts(deps, mediaFromLoopback),
      idleMs: INBOUND_TEXT_IDLE_MS,
    },
    { name: 'credentials', work: nothingMore(credentials), idleMs: CREDENTIALS_IDLE_MS },
    { name: 'partitions', work: nothingMore(() => ensurePartitions(pool)), idleMs: PARTITIONS_IDLE_MS },
  ];
  // Each loop listens to it.
  setMaxListeners(loops.length + 1, signal);
  await Promise.all(loops.map((loop) => runLoop({ ...loop, signal, log })));
}
