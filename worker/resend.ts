import type { Dependencies } from '../activities/dependencies.ts';
import { takePendingResends, type MessageInDoubt } from '../database/messages-in-doubt.ts';
import { readIntegration } from '../database/read-integration.ts';
import { postponeResend, readResendDecidedAt, refuseResend } from '../database/resends.ts';
import { refusalOf, resendMessage, type Repeat } from './repeat.ts';

/** Resends that are made at once: one after another they would wait for each other's calls. */
const LIMIT = 20;
/** For how long resends that are being made are nobody else's. */
const LEASE_MS = 60_000;
/** Pause of what is put off: twenty that were due at once would have no end. */
const LEAST_PAUSE_MS = 1_000;

/**
 * Makes the resends that operators have decided on.
 *
 * Each passes lock and gate again. What the gate keeps in stays unresolved and says why; what it only puts off, or what
 * provably was not sent, is tried again until it is stale.
 * @returns whether there may be more
 */
export async function makeResends(deps: Dependencies): Promise<boolean> {
  const messages = await takePendingResends(deps.pool, LIMIT, LEASE_MS);
  await Promise.all(
    messages.map((message) =>
      makeResend(deps, message).catch((error: unknown) => {
        deps.log.warn({ err: error, message: message.id }, 'a resend could not be made; it is tried again');
      }),
    ),
  );
  return messages.length === LIMIT;
}

async function makeResend(deps: Dependencies, message: MessageInDoubt): Promise<void> {
  const repeat = await offer(deps, message);
  if (repeat.kind !== 'refused') return;
  if (repeat.until === undefined) await refuseResend(deps.pool, message, repeat.reason);
  else await postponeResend(deps.pool, message, Math.max(LEAST_PAUSE_MS, repeat.until - message.takenAt));
}

async function offer(deps: Dependencies, message: MessageInDoubt): Promise<Repeat> {
  const integration = await readIntegration(deps.pool, message.integrationId);
  const decidedAt = await readResendDecidedAt(deps.pool, message);
  if (!integration || decidedAt === undefined)
    return { kind: 'refused', reason: 'message_resources_missing' };
  return resendMessage(deps, integration, message, decidedAt).catch(refusalOf);
}
