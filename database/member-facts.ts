import type { ConsentClass, ConsentState, GateFacts, ProjectMode } from '../domain/gate.ts';
import type { RunState } from '../domain/states.ts';
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
  readonly gate: GateFacts;
}

export interface CohortFacts {
  readonly runState: RunState;
  readonly members: readonly MemberFacts[];
}

interface Row {
  run_state: RunState;
  mode: ProjectMode;
  held_by: string | null;
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
    SELECT run.state AS run_state, project.mode, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms,
           (SELECT reason FROM hold
            WHERE (scope, target_id) IN (
              ('account', project.account_id), ('project', project.id), ('sender', $6::uuid), ('integration', $7::uuid),
              ('category', $5::uuid))
            LIMIT 1) AS held_by
    FROM run JOIN project ON project.id = run.project_id WHERE run.id = $4)
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

/** Everything that the gate must know of these members, read in one statement. */
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
  return { runState: first.run_state, members: rows.map((row) => memberFacts(row, question)) };
}

function memberFacts(row: Row, question: GateQuestion): MemberFacts {
  return {
    memberIndex: row.member_index,
    customerId: row.customer_id,
    recipientId: row.recipient_id,
    entryKey: row.entry_key,
    occasion: row.occasion,
    phone: row.phone,
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
      now: row.now_ms,
      staleAfter: question.staleAfter,
      recheckMs: question.recheckMs,
    },
  };
}
