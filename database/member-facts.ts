import type { ConsentClass, ConsentState, GateFacts, ProjectMode } from '../domain/gate.ts';
import type { RunState } from '../domain/states.ts';
import { countMessages } from './message-cap.ts';
import type { Queryable } from './pool.ts';

/** What is asked of the gate: one message node's members in one cohort. */
export interface GateQuestion {
  readonly month: number;
  readonly cohortId: string;
  readonly runId: string;
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly senderId: string;
  readonly integrationId: string;
  readonly actionId: number;
  readonly pass: number;
  readonly staleAfter: number;
  readonly recheckMs: number;
  /** Whether the provider is on this machine. */
  readonly providerIsLocal: boolean;
  /** Whether the number is one of TEST_NUMBERS. */
  readonly isTestNumber: (phone: string) => boolean;
}

export interface MemberFacts {
  readonly memberIndex: number;
  readonly customerId: string;
  readonly recipientId: string | null;
  readonly entryKey: string;
  readonly occasion: string | null;
  readonly phone: string | null;
  /** How many more messages the number may get; null where nothing caps it. */
  readonly room: number | null;
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

interface Row {
  run_state: RunState;
  cohort_finished: boolean | null;
  mode: ProjectMode;
  held_by: string | null;
  troubled: boolean;
  probe_at: Date | null;
  message_cap: number | null;
  cap_window: string | null;
  now_ms: number;
  member_index: number;
  customer_id: string;
  entry_key: string;
  occasion: string | null;
  deleted: boolean;
  phone: string | null;
  phone_state: 'none' | 'invalid' | 'valid';
  recipient_id: string | null;
  country: string | null;
  opted_out: boolean;
  consent: ConsentState | null;
  consent_for_this_number: boolean;
}

/** What is the same for all members is read once, not beside each of them. */
const FACTS = `
  WITH frame AS MATERIALIZED (
    SELECT run.state AS run_state, project.mode, project.message_cap, project.cap_window,
           (SELECT reason FROM hold
            WHERE (scope, target_id) IN (
              ('account', project.account_id), ('project', project.id), ('sender', $6::uuid), ('integration', $7::uuid),
              ('category', $5::uuid))
            LIMIT 1) AS held_by,
           coalesce(breaker.failures > 0, false) AS troubled, breaker.probe_at,
           (SELECT finished_at IS NOT NULL FROM cohort WHERE id = $2) AS cohort_finished,
           (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms
    FROM run JOIN project ON project.id = run.project_id
    LEFT JOIN breaker ON breaker.integration_id = $7
    WHERE run.id = $4)
  SELECT frame.*, entry.member_index, entry.entry_key, entry.occasion,
         customer.id AS customer_id, customer.deleted_at IS NOT NULL AS deleted,
         customer.phone, customer.phone_state, customer.recipient_id,
         recipient.country, recipient.opted_out_at IS NOT NULL AS opted_out,
         consent.state AS consent,
         coalesce(consent.recipient_id = customer.recipient_id, false) AS consent_for_this_number
  FROM frame CROSS JOIN entry
  JOIN customer ON customer.id = entry.customer_id
  LEFT JOIN recipient ON recipient.id = customer.recipient_id
  LEFT JOIN consent ON consent.customer_id = customer.id AND consent.category_id = $5
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
  if (messages === null || window === null || question.consentClass !== 'marketing') return new Map();
  const members = rows.flatMap(({ member_index: memberIndex, recipient_id: recipientId, occasion }) =>
    recipientId === null ? [] : [{ memberIndex, recipientId, occasion }],
  );
  const counts = await countMessages(database, { messages, window }, question, members);
  return new Map([...counts].map(([memberIndex, count]) => [memberIndex, messages - count]));
}

function memberFacts(row: Row, question: GateQuestion, room: number | null): MemberFacts {
  return {
    memberIndex: row.member_index,
    customerId: row.customer_id,
    recipientId: row.recipient_id,
    entryKey: row.entry_key,
    occasion: row.occasion,
    phone: row.phone,
    room,
    gate: {
      mode: row.mode,
      providerIsLocal: question.providerIsLocal,
      consentClass: question.consentClass,
      customerDeleted: row.deleted,
      number: row.phone_state,
      country: row.country,
      isTestNumber: row.phone !== null && question.isTestNumber(row.phone),
      optedOut: row.opted_out,
      consent: row.consent,
      consentForThisNumber: row.consent_for_this_number,
      heldBy: row.held_by,
      probeAt: row.probe_at?.getTime() ?? null,
      capReached: room !== null && room <= 0,
      now: row.now_ms,
      staleAfter: question.staleAfter,
      recheckMs: question.recheckMs,
    },
  };
}
