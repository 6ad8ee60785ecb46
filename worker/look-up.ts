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
import { groupBy } from '../domain/group-by.ts';
import { BREAKER_OPEN } from '../domain/gate.ts';
import { REPEAT_REFUSED } from '../domain/message-decision.ts';
import { LookupRefusedError } from '../providers/lookup-refused-error.ts';
import type { LookupResult } from '../providers/provider.ts';
import { offerUnsent, refusalOf, repeatMessage, type Repeat } from './repeat.ts';

/** Messages of one turn; those that are offered again are called for at once. */
const LIMIT = 50;
/** Pause after the provider could not be asked, or the database failed before a repeat; that counts as no look-up. */
const NOT_ASKED_MS = 5_000;
/** Misses after which an id that the provider provably refuses a second time is offered again. */
const MISSES_BEFORE_REPEAT = 2;
/** What keeps a repeat in for a while and says nothing against it. */
const PUT_OFF: ReadonlySet<string> = new Set([BREAKER_OPEN, 'held', 'run_paused']);

/**
 * Asks providers about messages in doubt, by our own ids.
 *
 * What is found goes through the inbox as a receipt does. A miss is no proof: the next look-up follows the schedule;
 * with verified ids the second miss is followed by a repeat under the same id. What provably was not sent is offered again
 * without a look-up; a turn in which the gate keeps it in counts as a miss. What a pause of the run, a hold or an open breaker
 * puts off, what a repeat provably did not send, or what a failure or death kept from being claimed costs no look-up: it is
 * offered until it is stale. After the last look-up a message is `unresolved`. Where the integration is gone nobody can be
 * asked: that is a miss. One call takes at most 50 messages: its caller paces it, for providers count look-ups by the minute.
 */
export async function lookUpMessages(deps: Dependencies): Promise<void> {
  const messages = await takeMessagesInDoubt(deps.pool, LIMIT, deps.timings.lookUpLeaseMs);
  for (const [integrationId, own] of groupBy(messages, (message) => message.integrationId)) {
    const integration = await readIntegration(deps.pool, integrationId);
    const doubted = own.filter(({ provablyUnsent }) => !provablyUnsent);
    const unsent = own.filter(({ provablyUnsent }) => provablyUnsent);
    const missed = [...(integration ? await lookUpAt(deps, integration, doubted) : doubted), ...unsent];
    await Promise.all(
      missed.map((message) =>
        handleMiss(deps, integration, message).catch((error: unknown) => {
          deps.log.warn({ err: error, message: message.id }, 'a message in doubt could not be handled');
        }),
      ),
    );
  }
}

/** @returns messages that the provider was asked about and that it does not know */
async function lookUpAt(
  deps: Dependencies,
  integration: IntegrationRow,
  messages: readonly MessageInDoubt[],
): Promise<readonly MessageInDoubt[]> {
  if (messages.length === 0) return [];
  let results: readonly LookupResult[];
  try {
    results = await ask(deps, integration, messages);
  } catch (error) {
    deps.log.warn({ err: error, integration: integration.key }, 'messages in doubt could not be looked up');
    if (error instanceof LookupRefusedError) await deps.breakerWatch.tellRefusedLookup(integration.id, error);
    for (const message of messages) {
      const error = 'The provider could not be asked.';
      await postponeLookUp(deps.pool, message, {
        looks: message.looks,
        lookAtMs: message.takenAt + NOT_ASKED_MS,
        error,
      });
    }
    return [];
  }
  const found = results.flatMap((result) => (result.kind === 'found' ? [result.receipt] : []));
  await storeReceipts(
    deps.pool,
    found.map((receipt) => ({ integrationId: integration.id, receipt })),
  );
  deps.notice('found_by_lookup', found.length);
  const foundIds = new Set(found.map((receipt) => receipt.messageId));
  return messages.filter((message) => !foundIds.has(message.id));
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

async function handleMiss(
  deps: Dependencies,
  integration: IntegrationRow | undefined,
  message: MessageInDoubt,
): Promise<void> {
  const looks = message.looks + 1;
  const lookAtMs = nextLookUp(message, looks, deps.timings.lookUpMs);
  if (lookAtMs === undefined) {
    await markUnresolved(deps.pool, message);
    return;
  }
  const { provablyUnsent } = message;
  const mayRepeat =
    provablyUnsent ||
    (integration !== undefined && looks >= MISSES_BEFORE_REPEAT && isProvenToRefuse(deps, integration));
  if (!integration || !mayRepeat) {
    await postponeLookUp(deps.pool, message, { looks, lookAtMs });
    return;
  }
  const looksIfPutOff = message.takenAt >= message.staleAt ? looks : message.looks;
  const again = provablyUnsent
    ? offerUnsent(deps, integration, message)
    : repeatMessage(deps, integration, message, lookAtMs);
  let repeat: Repeat;
  try {
    repeat = await again.catch(refusalOf);
  } catch (error) {
    const next = { looks: looksIfPutOff, lookAtMs: message.takenAt + NOT_ASKED_MS };
    await postponeLookUp(deps.pool, message, next);
    throw error;
  }
  if (repeat.kind === 'made') {
    if (!provablyUnsent) deps.notice('same_id_repeat');
    return;
  }
  deps.notice('repeat_gated');
  const error = `${REPEAT_REFUSED}${repeat.reason}`;
  const next = PUT_OFF.has(repeat.reason)
    ? { looks: looksIfPutOff, lookAtMs: repeat.until ?? lookAtMs, error }
    : { looks, lookAtMs, error };
  await postponeLookUp(deps.pool, message, next);
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

/**
 * Whether the provider provably refuses an id that it has taken.
 *
 * So far that is proven of our simulator only, and what a database says of it does not hold for a real account.
 */
function isProvenToRefuse({ providers }: Dependencies, integration: IntegrationRow): boolean {
  return integration.idempotentIds === 'verified' && providers.isLocal(integration);
}
