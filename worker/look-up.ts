import type { Dependencies } from '../activities/dependencies.ts';
import {
  markUnresolved,
  postponeLookUp,
  takeMessagesInDoubt,
  type MessageInDoubt,
} from '../database/messages-in-doubt.ts';
import type { IntegrationRow } from '../database/read-integration.ts';
import { readIntegration } from '../database/read-integration.ts';
import { storeReceipts } from '../database/store-receipts.ts';
import { PermanentError } from '../domain/errors.ts';
import { groupBy } from '../domain/group-by.ts';
import { BREAKER_OPEN, QUIET_HOURS } from '../domain/gate.ts';
import { REPEAT_REFUSED } from '../domain/message-decision.ts';
import { LookupRefusedError } from '../providers/lookup-refused-error.ts';
import type { LookupResult } from '../providers/provider.ts';
import { isProvenToRefuse } from './proven-to-refuse.ts';
import { offerUnsent, refusalOf, repeatMessage, type Repeat } from './repeat.ts';

/** Messages of one turn; those that are offered again are called for at once. */
const LIMIT = 50;
/** Pause after the provider could not be asked for a while, or the database failed before a repeat. */
const NOT_ASKED_MS = 5_000;
/** Misses after which an id that the provider provably refuses a second time is offered again. */
const MISSES_BEFORE_REPEAT = 2;
/** What keeps a repeat in for a while and says nothing against it. */
const PUT_OFF: ReadonlySet<string> = new Set([BREAKER_OPEN, QUIET_HOURS, 'held', 'run_paused']);

/** What the row of a message says whose provider could not be asked. */
const NOT_ASKED = 'The provider could not be asked.';

/** A look-up that found nothing, or that nobody will ever be able to make. */
interface Miss {
  readonly message: MessageInDoubt;
  /** Where it may be offered again. */
  readonly integration?: IntegrationRow | undefined;
  readonly error?: string;
}

/**
 * Asks providers about messages in doubt, by our own ids.
 *
 * What is found goes through the inbox as a receipt does. A miss is no proof: the next look-up follows the schedule;
 * with verified ids the second miss is followed by a repeat under the same id. What provably was not sent is offered again
 * without a look-up; a turn in which the gate keeps it in counts as a miss. What a pause of the run, a hold, an open breaker or
 * the hour puts off, what a repeat provably did not send, or what a failure or death kept from being claimed costs no look-up: it is
 * offered until it is stale. After the last look-up a message is `unresolved`, but for one that may be repeated and is not stale
 * yet: whoever made its repeats may have died each time. Where the integration or its variables are gone,
 * or the account lacks the permission to look up, nobody can be asked: that is a miss. So is, once the message is stale, a
 * look-up that failed. One call takes at most 50 messages: its caller paces it, for providers count look-ups by the minute.
 */
export async function lookUpMessages(deps: Dependencies): Promise<void> {
  const messages = await takeMessagesInDoubt(deps.pool, LIMIT, deps.timings.lookUpLeaseMs);
  for (const [integrationId, own] of groupBy(messages, (message) => message.integrationId)) {
    const integration = await readIntegration(deps.pool, integrationId);
    const doubted = own.filter(({ provablyUnsent }) => !provablyUnsent);
    const unsent = own.filter(({ provablyUnsent }) => provablyUnsent);
    const missed: readonly Miss[] = [
      ...(integration ? await lookUpAt(deps, integration, doubted) : doubted.map((message) => ({ message }))),
      ...unsent.map((message) => ({ message, integration })),
    ];
    await Promise.all(
      missed.map((miss) =>
        handleMiss(deps, miss).catch((error: unknown) => {
          deps.log.warn({ err: error, message: miss.message.id }, 'a message in doubt could not be handled');
        }),
      ),
    );
  }
}

async function lookUpAt(
  deps: Dependencies,
  integration: IntegrationRow,
  messages: readonly MessageInDoubt[],
): Promise<readonly Miss[]> {
  if (messages.length === 0) return [];
  let results: readonly LookupResult[];
  try {
    results = await ask(deps, integration, messages);
  } catch (error) {
    return notAsked(deps, integration, messages, error);
  }
  deps.reach('after_look_up');
  const found = results.flatMap((result) => (result.kind === 'found' ? [result.receipt] : []));
  await storeReceipts(
    deps.pool,
    found.map((receipt) => ({ integrationId: integration.id, receipt })),
  );
  deps.notice('found_by_lookup', found.length);
  const foundIds = new Set(found.map((receipt) => receipt.messageId));
  const failures = new Map(
    results.flatMap((result) => (result.kind === 'unanswered' ? [[result.messageId, result.error]] : [])),
  );
  const unanswered = messages.filter(({ id }) => failures.has(id));
  const misses = messages.flatMap((message) =>
    foundIds.has(message.id) || failures.has(message.id) ? [] : [{ message, integration }],
  );
  if (unanswered.length === 0) return misses;
  const [failure] = failures.values();
  return [...misses, ...(await notAsked(deps, integration, unanswered, failure))];
}

/** @returns those that nobody waits for any longer until the provider can be asked */
async function notAsked(
  { pool, log, breakerWatch }: Dependencies,
  integration: IntegrationRow,
  messages: readonly MessageInDoubt[],
  error: unknown,
): Promise<readonly Miss[]> {
  log.warn({ err: error, integration: integration.key }, 'messages in doubt could not be looked up');
  if (error instanceof PermanentError) return messages.map((message) => ({ message, error: NOT_ASKED }));
  if (error instanceof LookupRefusedError) {
    // That look-ups are not permitted says nothing of messages, which may still be taken.
    if (!error.all) return messages.map((message) => ({ message, integration, error: NOT_ASKED }));
    await breakerWatch.tellRefusedAccount(integration.id, error);
  }
  const isStale = ({ takenAt, staleAt }: MessageInDoubt): boolean => takenAt >= staleAt;
  for (const message of messages.filter((own) => !isStale(own))) {
    const lookAtMs = message.takenAt + NOT_ASKED_MS;
    await postponeLookUp(pool, message, { looks: message.looks, lookAtMs, error: NOT_ASKED });
  }
  return messages.filter(isStale).map((message) => ({ message, error: NOT_ASKED }));
}

async function ask(
  deps: Dependencies,
  integration: IntegrationRow,
  messages: readonly MessageInDoubt[],
): Promise<readonly LookupResult[]> {
  const provider = deps.providers.get(integration);
  if (!provider.capabilities.lookup) return [];
  return provider.lookup(messages.map(({ id, channel }) => ({ messageId: id, channel })));
}

async function handleMiss(deps: Dependencies, { message, integration, error }: Miss): Promise<void> {
  const looks = message.looks + 1;
  const { provablyUnsent } = message;
  const isStale = message.takenAt >= message.staleAt;
  const scheduled = nextLookUp(message, looks, deps.timings.lookUpMs);
  const mayRepeat =
    provablyUnsent ||
    (integration !== undefined &&
      looks >= MISSES_BEFORE_REPEAT &&
      isProvenToRefuse(deps.providers, integration, message.channel));
  if (scheduled === undefined && (!integration || !mayRepeat || isStale)) return giveUp(deps, message);
  const lookAtMs = scheduled ?? message.takenAt + lastPauseOf(deps.timings.lookUpMs);
  if (!integration || !mayRepeat) {
    await postponeLookUp(deps.pool, message, { looks, lookAtMs, ...(error !== undefined && { error }) });
    return;
  }
  const looksIfPutOff = isStale ? looks : message.looks;
  const again = provablyUnsent
    ? offerUnsent(deps, integration, message)
    : repeatMessage(deps, integration, message, lookAtMs);
  let repeat: Repeat;
  try {
    repeat = await again.catch(refusalOf);
  } catch (failure) {
    const next = { looks: looksIfPutOff, lookAtMs: message.takenAt + NOT_ASKED_MS };
    await postponeLookUp(deps.pool, message, next);
    throw failure;
  }
  if (repeat.kind === 'made' && !provablyUnsent) deps.notice('same_id_repeat');
  if (repeat.kind !== 'refused') return;
  deps.notice('repeat_gated');
  const refusal = `${REPEAT_REFUSED}${repeat.reason}`;
  if (PUT_OFF.has(repeat.reason)) {
    const next = { looks: looksIfPutOff, lookAtMs: repeat.until ?? lookAtMs, error: refusal };
    await postponeLookUp(deps.pool, message, next);
    return;
  }
  await postponeLookUp(deps.pool, message, { looks, lookAtMs, error: refusal });
  if (scheduled === undefined) await giveUp(deps, message);
}

async function giveUp({ pool, log }: Dependencies, message: MessageInDoubt): Promise<void> {
  if (!(await markUnresolved(pool, message))) return;
  log.error(
    { message: message.id, run: message.runId },
    'nobody can say what became of a message: an operator must decide (GET /v1/messages?state=unresolved)',
  );
}

/**
 * When to look again after so many misses, undefined after the last look-up of the schedule.
 *
 * An outage, ours or the provider's, costs no look-up: those that are late keep their distance from each other.
 */
function nextLookUp(message: MessageInDoubt, looks: number, schedule: readonly number[]): number | undefined {
  const [before = 0, after] = [schedule[looks - 1], schedule[looks]];
  if (after === undefined) return undefined;
  return Math.max(message.claimedAt + after, message.takenAt + after - before);
}

/** How long it is between repeats beyond the schedule: as long as before its last look-up. */
function lastPauseOf(schedule: readonly number[]): number {
  return (schedule.at(-1) ?? 0) - (schedule.at(-2) ?? 0);
}
