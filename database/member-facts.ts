import type { GateFacts } from '../domain/gate.ts';
import type { RunState } from '../domain/states.ts';
import {
  customerFactsSql,
  customerJoins,
  gateFactsOf,
  projectFactsSql,
  type CustomerFactsRow,
  type NodeQuestion,
  type ProjectFactsRow,
} from './gate-facts.ts';
import { legalTimes } from './legal-times.ts';
import { countMessages } from './message-cap.ts';
import type { Queryable } from './pool.ts';

/** What is asked of the gate: one message node's members in one cohort. */
export interface GateQuestion extends NodeQuestion {
  readonly month: number;
  readonly cohortId: string;
  readonly runId: string;
  readonly actionId: number;
  readonly pass: number;
  /** When these messages were planned to leave; lateness counts from here, or from when the window opens that closed meanwhile. */
  readonly plannedAt: number;
  /** Instant after which they are not worth sending, where a row of the ledger says it already. */
  readonly staleAfter?: number;
  /** Whether the run is of test recipients. */
  readonly isTest: boolean;
}

export interface MemberFacts {
  readonly memberIndex: number;
  readonly customerId: string;
  readonly recipientId: string | null;
  readonly entryKey: string;
  readonly occasion: string | null;
  readonly phone: string | null;
  /** How long a message that is claimed now may be on its way, in whole minutes: to the end of its legal hours. */
  readonly validForMs: number;
  /** How many more messages the number may get; null where nothing caps it. */
  readonly room: number | null;
  /** Whether it is known that the handset does not take the MMS, for which there is an SMS. */
  readonly handsetKnown: boolean;
  readonly gate: GateFacts;
}

export interface CohortFacts {
  readonly runState: RunState;
  /** Whether the members' walk is over: only what was claimed before is offered again. */
  readonly cohortFinished: boolean;
  /** Whether calls to the integration have failed lately. */
  readonly troubled: boolean;
  /** Whether its breaker is open: whoever claims needs its probe. */
  readonly breakerOpen: boolean;
  readonly members: readonly MemberFacts[];
}

interface Row extends ProjectFactsRow, CustomerFactsRow {
  readonly run_state: RunState;
  readonly cohort_finished: boolean | null;
  readonly member_index: number;
  readonly customer_id: string;
  readonly entry_key: string;
  readonly occasion: string | null;
}

/** What is the same for all members is read once, not beside each of them. */
const FACTS = `
  WITH frame AS MATERIALIZED (
    SELECT run.state AS run_state,
           ${projectFactsSql({ category: '$5', sender: '$6', integration: '$7' })},
           (SELECT finished_at IS NOT NULL FROM cohort WHERE id = $2) AS cohort_finished
    FROM run JOIN project ON project.id = run.project_id
    LEFT JOIN breaker ON breaker.integration_id = $7
    WHERE run.id = $4)
  SELECT frame.*, entry.member_index, entry.entry_key, entry.occasion, customer.id AS customer_id,
         ${customerFactsSql('$8')}
  FROM frame CROSS JOIN entry
  JOIN customer ON customer.id = entry.customer_id
  ${customerJoins('$5')}
  WHERE entry.month = $1 AND entry.cohort_id = $2 AND entry.member_index = ANY ($3::int[])`;

/**
 * Everything that the gate must know of these members.
 *
 * Read in one statement, and in a second one where the project has a cap.
 */
export async function readMemberFacts(
  database: Queryable,
  question: GateQuestion,
  memberIndexes: readonly number[],
): Promise<CohortFacts | undefined> {
  const { rows } = await database.query<Row>({
    name: 'member-facts',
    text: FACTS,
    values: [
      question.month,
      question.cohortId,
      memberIndexes,
      question.runId,
      question.categoryId,
      question.senderId,
      question.integrationId,
      question.contentKind ?? null,
    ],
  });
  const first = rows[0];
  if (!first) return undefined;
  const room = await readRoom(database, question, rows);
  return {
    runState: first.run_state,
    cohortFinished: first.cohort_finished === true,
    troubled: first.troubled,
    breakerOpen: first.probe_at !== null,
    members: rows.map((row) => memberFacts(row, question, room.get(row.member_index) ?? null)),
  };
}

/** How many more messages each member's number may get; nobody is in it where nothing caps them. */
async function readRoom(
  database: Queryable,
  question: GateQuestion,
  rows: readonly Row[],
): Promise<ReadonlyMap<number, number>> {
  const { message_cap: messages = null, cap_window: window = null } = rows[0] ?? {};
  const isCapped = question.consentClass === 'marketing' && !question.isTest;
  if (messages === null || window === null || !isCapped) return new Map();
  const members = rows.flatMap(({ member_index: memberIndex, recipient_id: recipientId, occasion }) =>
    recipientId === null ? [] : [{ memberIndex, recipientId, occasion }],
  );
  const counts = await countMessages(database, { messages, window }, question, members);
  return new Map([...counts].map(([memberIndex, count]) => [memberIndex, messages - count]));
}

function memberFacts(row: Row, question: GateQuestion, room: number | null): MemberFacts {
  const { window, staleAfter, validForMs } = legalTimes(row, question, question);
  return {
    memberIndex: row.member_index,
    customerId: row.customer_id,
    recipientId: row.recipient_id,
    entryKey: row.entry_key,
    occasion: row.occasion,
    phone: row.phone,
    room,
    handsetKnown: row.handset_known,
    validForMs,
    gate: gateFactsOf(row, question, {
      isTest: question.isTest,
      capReached: room !== null && room <= 0,
      window,
      staleAfter,
    }),
  };
}
