import type { Queryable } from '../../database/pool.ts';
import type { Channel } from '../../domain/channel.ts';
import { monthOfId } from '../../domain/identity.ts';
import type { MessageState } from '../../domain/states.ts';
import { isUuid } from '../customers/read-customer.ts';
import type { PageQuery } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import type { RunRow } from '../runs/read-run.ts';
import { ASSUMED, DECISIONS, type DecisionView } from './decisions-sql.ts';

/** A message as the API shows it: never its number or its text. */
export interface MessageView {
  readonly id: string;
  readonly runId: string;
  readonly customerId: string;
  /** Whether it is of a test send. */
  readonly test: boolean;
  readonly node_id: string | null;
  readonly action_id: number;
  readonly pass: number;
  readonly channel: Channel;
  readonly integration: string | null;
  readonly state: string;
  readonly assumed: boolean;
  readonly type: Channel | null;
  readonly statusCode: string | null;
  readonly error: string | null;
  readonly errorClass: string | null;
  readonly attempts: number;
  readonly lookUps: number;
  readonly providerMessageId: string | null;
  readonly createdAt: Date;
  readonly claimedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly endedAt: Date | null;
  readonly decisions: readonly DecisionView[];
}

const SELECT = `
  SELECT message.id, message.run_id AS "runId", message.customer_id AS "customerId", message.is_test AS test,
         (SELECT node ->> 'id' FROM jsonb_array_elements(version.frozen -> 'nodes') AS node
          WHERE node ->> 'actionId' = message.action_id::text) AS node_id,
         message.action_id, message.pass, message.channel, integration.key AS integration,
         CASE WHEN no_receipt THEN 'no_receipt' ELSE message.state END AS state, ${ASSUMED} AS assumed, type,
         status_code AS "statusCode", error, error_class AS "errorClass", attempts, looks AS "lookUps",
         provider_message_id AS "providerMessageId", message.created_at AS "createdAt", claimed_at AS "claimedAt",
         accepted_at AS "acceptedAt", ended_at AS "endedAt", ${DECISIONS} AS decisions
  FROM message
  JOIN run ON run.id = message.run_id
  JOIN scenario_version AS version ON version.id = run.version_id
  LEFT JOIN integration ON integration.id = message.integration_id
  WHERE message.project_id = $1`;

export interface MessageFilter extends PageQuery {
  readonly state?: MessageState | undefined;
  /** Needed of every state but `unresolved`: only those are few enough to be found without. */
  readonly run?: RunRow | undefined;
}

/** A page of messages, the newest first, and one more if there is one. */
export async function listMessages(
  database: Queryable,
  projectId: string,
  { state, run, limit, cursor }: MessageFilter,
): Promise<readonly MessageView[]> {
  const values: unknown[] = [projectId, cursor?.at ?? null, cursor?.id ?? null, limit + 1];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    ...(state === undefined ? [] : [`message.state = '${state}'`]),
    // Whatever is unresolved was given up; few messages ever were, and an index names them.
    ...(state === 'unresolved' ? ['message.given_up_at IS NOT NULL'] : []),
    ...(run ? [`message.month = ${parameter(run.month)}`, `message.run_id = ${parameter(run.id)}`] : []),
    '($2::timestamptz IS NULL OR (message.created_at, message.id) < ($2, $3::uuid))',
  ];
  const { rows } = await database.query<MessageView, unknown[]>(
    `${SELECT} AND ${conditions.join(' AND ')} ORDER BY message.created_at DESC, message.id DESC LIMIT $4`,
    values,
  );
  return rows;
}

/** @throws ApiProblem `not_found` */
export async function readMessage(database: Queryable, projectId: string, id: string): Promise<MessageView> {
  const month = monthOfMessage(id);
  const { rows } = await database.query<MessageView>(`${SELECT} AND message.month = $2 AND message.id = $3`, [
    projectId,
    month,
    id,
  ]);
  return rows[0] ?? unknownMessage();
}

/** The partition that a message's id names. @throws ApiProblem `not_found` when it is no id of a message */
export function monthOfMessage(id: string): number {
  try {
    return isUuid(id) ? monthOfId(id) : unknownMessage();
  } catch {
    return unknownMessage();
  }
}

export function unknownMessage(): never {
  throw new ApiProblem('not_found', 'There is no message with this id.');
}
