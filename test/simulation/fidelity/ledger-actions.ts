import fc from 'fast-check';
import { cancelQueued } from '../../../database/cancel-queued.ts';
import { claimMessages, type ClaimScope } from '../../../database/claim-messages.ts';
import { foldPendingReceipts } from '../../../database/fold-receipts.ts';
import { armHint } from '../../../database/hints.ts';
import { messageId } from '../../../database/ids.ts';
import { markUnresolved, postponeLookUp, takeMessagesInDoubt } from '../../../database/messages-in-doubt.ts';
import type { Pool } from '../../../database/pool.ts';
import { closeWithoutReceipt, readLedger } from '../../../database/read-ledger.ts';
import { recordOutcomes } from '../../../database/record-outcomes.ts';
import { releaseClaim } from '../../../database/release-claim.ts';
import { storeReceipts } from '../../../database/store-receipts.ts';
import { sweepMessages } from '../../../database/sweep-messages.ts';
import { REPEAT_REFUSED } from '../../../domain/message-decision.ts';
import type { SubmitOutcome } from '../../../domain/outcome.ts';
import type { ReceiptState } from '../../../domain/states.ts';
import { accepted, inDoubt, receiptOf, RECORD_SCOPE, rejected, unsent } from '../../support/ledger.ts';
import { claimScope } from '../../support/launched-run.ts';
import { IDS, MONTH, recipientOf, type Setting } from '../world/fixture.ts';
import { START } from '../world/virtual-time.ts';

export const SETTING: Setting = {
  members: 3,
  twins: true,
  evening: false,
  messagesPerCall: 1,
  idempotentIds: 'verified',
  lookUpLagMs: 0,
};
const MEMBERS = [0, 1, 2];
const LEDGER = { month: MONTH, cohortId: IDS.cohort, actionId: 1, pass: 1, leg: 0 };

/** What the message node claims under. */
function scopeIn(pool: Pool): ClaimScope {
  const run = {
    pool,
    projectId: IDS.project,
    runId: IDS.run,
    month: MONTH,
    integrationId: IDS.integration,
    senderId: IDS.sender,
    categoryIds: { marketing: IDS.category },
    cohort: { month: MONTH, cohortId: IDS.cohort, runId: IDS.run, size: SETTING.members },
    members: [],
  };
  // Later than any clock that the two databases go by.
  return claimScope(run, { staleAfter: Date.UTC(2100, 0, 1) });
}

const idOf = (member: number): string =>
  messageId(MONTH, {
    runId: IDS.run,
    customerId: IDS.customer(member),
    entryKey: '1',
    actionId: 1,
    pass: 1,
    leg: 0,
  });
const tokenOf = (number: number): string => `00000000-0000-4000-9000-00000000000${number}`;

/** Something that the engine does with its ledger; answers what can be told of it without a clock. */
export interface Action {
  readonly name: string;
  readonly run: (pool: Pool) => Promise<unknown>;
}

const OUTCOMES: readonly ((id: string) => SubmitOutcome)[] = [accepted, rejected, inDoubt, unsent];

const claims = fc
  .tuple(fc.subarray(MEMBERS, { minLength: 1 }), fc.nat(2))
  .map(([members, token]): Action => ({
    name: `claim of ${members.join()} as ${token}`,
    run: async (pool) => {
      const candidates = members.map((memberIndex) => ({
        memberIndex,
        recipientId: String(recipientOf(SETTING, memberIndex)),
        content: { text: 'Hi', subject: null, media: [] },
      }));
      const { claimed, refused, duplicateNumbers } = await claimMessages(pool, scopeIn(pool), candidates, {
        token: tokenOf(token),
      });
      const indexes = claimed.map(({ memberIndex }) => memberIndex).sort();
      return { indexes, duplicateNumbers, refused: refused.map(({ verdict }) => verdict.kind) };
    },
  }));

const records = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3)).map(([token, member, kind]): Action => ({
  name: `outcome ${kind} of ${member} as ${token}`,
  run: async (pool) => {
    const outcome = (OUTCOMES[kind] ?? accepted)(idOf(member));
    const call = { submissionId: tokenOf(9), token: tokenOf(token), integrationId: IDS.integration };
    const held = await recordOutcomes(pool, { ...RECORD_SCOPE, month: MONTH }, [
      { ...call, startedAt: START, start: 0, durationMs: 1, outcomes: [outcome] },
    ]);
    return [...held];
  },
}));

const receipts = fc
  .tuple(
    fc.nat(2),
    fc.constantFrom<ReceiptState>('accepted', 'dispatched', 'delivered', 'failed', 'expired'),
    fc.nat(2),
  )
  .map(([member, state, second]): Action => ({
    name: `receipt ${state} of ${member}`,
    run: (pool) => {
      const receipt = receiptOf(idOf(member), state, {
        at: START + second * 1_000,
        key: `${member} ${state} ${second}`,
      });
      return storeReceipts(pool, [{ integrationId: IDS.integration, receipt }]);
    },
  }));

/** What a row says whose look-up is put off. */
const SAYS: Readonly<Record<string, string>> = {
  'not asked': 'The provider could not be asked.',
  refused: `${REPEAT_REFUSED}opted_out`,
};

const doubts = fc.constantFrom('postpone', 'not asked', 'refused', 'give up').map((what): Action => ({
  name: `messages in doubt: ${what}`,
  run: async (pool) => {
    const taken = await takeMessagesInDoubt(pool, 10, 60_000);
    for (const message of taken) {
      if (what === 'give up') await markUnresolved(pool, message);
      else {
        const error = SAYS[what];
        const next = { looks: message.looks + 1, lookAtMs: START, ...(error !== undefined && { error }) };
        await postponeLookUp(pool, message, next);
      }
    }
    return taken.map(({ memberIndex, looks }) => [memberIndex, looks]).sort();
  },
}));

const plain = fc.constantFrom<Action>(
  { name: 'sweep', run: (pool) => sweepMessages(pool, { limit: 10, receiptSlackMs: 300_000 }) },
  { name: 'fold', run: (pool) => foldPendingReceipts(pool, { limit: 10, receiptSlackMs: 300_000 }) },
  { name: 'deadline', run: (pool) => closeWithoutReceipt(pool, LEDGER, MEMBERS) },
  { name: 'cancel', run: (pool) => cancelQueued(pool, LEDGER, [{ memberIndex: 0, reason: 'opted_out' }]) },
  { name: 'release', run: (pool) => releaseClaim(pool, LEDGER, tokenOf(0)) },
  { name: 'hint', run: (pool) => armHint(pool, { ...LEDGER, nodeId: 'send', early: true, firstMs: 1_000 }) },
  {
    name: 'ledger',
    run: async (pool) =>
      (await readLedger(pool, LEDGER, MEMBERS, true)).map(({ state, reason }) => [state, reason]),
  },
  {
    name: 'all is due',
    run: async (pool) => {
      await pool.query(
        `UPDATE message SET look_at = clock_timestamp() - make_interval(secs => 1),
           receipt_due_at = clock_timestamp() - make_interval(hours => 1)
         WHERE look_at IS NOT NULL`,
      );
    },
  },
  {
    name: 'STOP',
    run: async (pool) => {
      await pool.query('UPDATE recipient SET opted_out_at = clock_timestamp() WHERE id = 3');
    },
  },
);

export const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: claims },
  { weight: 4, arbitrary: records },
  { weight: 3, arbitrary: receipts },
  { weight: 2, arbitrary: doubts },
  { weight: 8, arbitrary: plain },
);
