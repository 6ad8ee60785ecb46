import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import { COUNTED_STATES, windowMs, type MessageCap } from '../domain/message-cap.ts';
import type { GateQuestion } from './member-facts.ts';
import type { Queryable } from './pool.ts';

/** SQL: whether a row of `message` counts towards a cap whose window began at `since`; an MMS with its fallback is one, a test none. */
export function countedSql(since: string): string {
  const states = COUNTED_STATES.map((state) => `'${state}'`).join(', ');
  return `message.consent_class = 'marketing' AND NOT message.is_test AND message.state IN (${states}) AND message.claimed_at > ${since}
    AND (message.leg <> ${FALLBACK_LEG} OR NOT EXISTS (
      SELECT FROM message AS mms
      WHERE mms.month = message.month AND mms.cohort_id = message.cohort_id AND mms.action_id = message.action_id
        AND mms.pass = message.pass AND mms.leg = ${PRIMARY_LEG} AND mms.member_index = message.member_index
        AND mms.state IN (${states})))`;
}

/** A member whose number is counted for. */
export interface CountedMember {
  readonly memberIndex: number;
  readonly recipientId: string;
  readonly occasion: string | null;
}

/**
 * How many messages each member's number has got within the window of the cap.
 *
 * The message that is asked about does not count, nor does one of the same occasion: that is the household's one
 * message. Under the recipients' locks nobody else can add to it.
 */
export async function countMessages(
  database: Queryable,
  cap: MessageCap,
  question: GateQuestion,
  members: readonly CountedMember[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await database.query<{ member_index: number; count: number }>({
    name: 'count-messages',
    text: `
      SELECT member_index, counted.count
      FROM unnest($1::int[], $2::bigint[], $3::text[]) AS member (member_index, recipient_id, occasion)
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS count FROM message
        WHERE message.recipient_id = member.recipient_id
          AND ${countedSql(`statement_timestamp() - make_interval(secs => $4 / 1000.0)`)}
          AND NOT (message.run_id = $5 AND message.action_id = $7 AND message.pass = $8 AND (
            (message.cohort_id = $6 AND message.member_index = member.member_index)
            OR coalesce(message.occasion = member.occasion, false)))) AS counted`,
    values: [
      members.map(({ memberIndex }) => memberIndex),
      members.map(({ recipientId }) => recipientId),
      members.map(({ occasion }) => occasion),
      windowMs(cap),
      question.runId,
      question.cohortId,
      question.actionId,
      question.pass,
    ],
  });
  return new Map(rows.map((row) => [row.member_index, row.count]));
}
