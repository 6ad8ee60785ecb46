import type { FirstMessage } from '../domain/first-message.ts';
import { QUIET_HOURS, type ConsentClass, type ProjectMode } from '../domain/gate.ts';
import { windowMs, type MessageCap } from '../domain/message-cap.ts';
import { admittedSql, type Audience } from './admitted-sql.ts';
import { audienceSql, Parameters } from './audience-sql.ts';
import { hoursSql, readWhereabouts } from './forecast-hours.ts';
import { countedSql } from './message-cap.ts';
import { longQuery, type Queryable } from './pool.ts';
import { verdictSql } from './verdict-sql.ts';

/** What the gate asks about a message node, the same for all customers. */
export interface MessageNodeFacts {
  readonly nodeId: string;
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly providerIsLocal: boolean;
  readonly held: boolean;
  readonly breakerOpen: boolean;
}

export interface ForecastInput {
  readonly audience: Audience;
  readonly mode: ProjectMode;
  readonly messageCap: MessageCap | null;
  /** How far the project's business clock is ahead of the database's. */
  readonly clockOffsetMs: number;
  readonly windowMarginMs: number;
  readonly testNumbers: readonly string[];
  readonly firstMessage: FirstMessage;
  readonly nodes: readonly MessageNodeFacts[];
}

/** How many customers of the audience come to a message node with this verdict. */
export interface ForecastRow {
  /** Null for those who come to no message. */
  readonly nodeId: string | null;
  readonly verdict: string;
  readonly customers: number;
  /** How many numbers these customers have. */
  readonly numbers: number;
  /** When the first and the last of them may be sent to, of those who wait for the morning. */
  readonly opensFrom: Date | null;
  readonly opensBy: Date | null;
}

/** How many customers a launch would admit now. */
export async function countAudience(database: Queryable, audience: Audience): Promise<number> {
  const parameters = new Parameters();
  const text = `SELECT count(*)::int AS customers FROM customer WHERE ${admittedSql(audience, parameters)}`;
  const { rows } = await database.query<{ customers: number }, unknown[]>(longQuery(text, parameters.values));
  return rows[0]?.customers ?? 0;
}

/** Asks the gate about the first message of everybody whom a launch would admit now: everybody in one statement. */
export async function forecast(database: Queryable, input: ForecastInput): Promise<readonly ForecastRow[]> {
  const parameters = new Parameters();
  const isMarketing = input.nodes.some(({ consentClass }) => consentClass === 'marketing');
  const whereabouts = isMarketing ? await readWhereabouts(database, input.audience) : [];
  const verdict = verdictSql(
    {
      mode: `${parameters.add(input.mode)}::text`,
      providerIsLocal: 'node.provider_is_local',
      consentClass: 'node.consent_class',
      customerDeleted: 'false',
      number: 'customer.phone_state',
      country: 'recipient.country',
      isTestNumber: `coalesce(customer.phone = ANY (${parameters.add(input.testNumbers)}::text[]), false)`,
      optedOut: '(recipient.opted_out_at IS NOT NULL)',
      consent: 'consent.state',
      consentForThisNumber: 'coalesce(consent.recipient_id = customer.recipient_id, false)',
      noCommonHours: '(hours.opens_at IS NULL)',
      quietHours: 'hours.closed',
      held: 'node.held',
      breakerOpen: 'node.breaker_open',
      capReached: input.messageCap === null ? 'false' : '(full_number.recipient_id IS NOT NULL)',
    },
    parameters,
  );
  const text = `
    SELECT node_id AS "nodeId", verdict, count(*)::int AS customers, count(DISTINCT recipient_id)::int AS numbers,
           to_timestamp(min(opens_at) FILTER (WHERE verdict = '${QUIET_HOURS}') / 1000) AS "opensFrom",
           to_timestamp(max(opens_at) FILTER (WHERE verdict = '${QUIET_HOURS}') / 1000) AS "opensBy"
    FROM (
      SELECT first.node_id, customer.recipient_id, hours.opens_at,
             CASE WHEN node.node_id IS NULL THEN 'no_message' ELSE ${verdict} END AS verdict
      FROM customer
      CROSS JOIN LATERAL (SELECT ${firstMessageSql(input.firstMessage, parameters)} AS node_id OFFSET 0) AS first
      LEFT JOIN jsonb_to_recordset(${parameters.add(nodesJson(input.nodes))}::jsonb)
        AS node (node_id text, category_id uuid, consent_class text, provider_is_local boolean, held boolean,
                 breaker_open boolean)
        ON node.node_id = first.node_id
      LEFT JOIN recipient ON recipient.id = customer.recipient_id
      LEFT JOIN consent ON consent.customer_id = customer.id AND consent.category_id = node.category_id
      ${hoursSql(input, whereabouts, parameters)}
      ${input.messageCap === null ? '' : fullNumbersSql(input.messageCap, input.audience, parameters)}
      WHERE ${admittedSql(input.audience, parameters)}
    ) AS judged
    GROUP BY 1, 2 ORDER BY 1, 2`;
  const { rows } = await database.query<ForecastRow, unknown[]>(longQuery(text, parameters.values));
  return rows;
}

/** Of these attributes those that nobody in the audience has. */
export async function attributesOfNobody(
  database: Queryable,
  audience: Audience,
  names: readonly string[],
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const parameters = new Parameters([names]);
  const text = `
    SELECT name FROM unnest($1::text[]) AS name
    WHERE NOT EXISTS (
      SELECT FROM customer
      WHERE nullif(customer.attributes -> name, 'null'::jsonb) IS NOT NULL AND ${admittedSql(audience, parameters)})`;
  const { rows } = await database.query<{ name: string }, unknown[]>(longQuery(text, parameters.values));
  return rows.map((row) => row.name);
}

function firstMessageSql(first: FirstMessage, parameters: Parameters): string {
  if (first === null) return 'NULL::text';
  if ('nodeId' in first) return `${parameters.add(first.nodeId)}::text`;
  const [yes, no] = [firstMessageSql(first.yes, parameters), firstMessageSql(first.no, parameters)];
  return `CASE WHEN ${audienceSql(first.filter, parameters)} THEN ${yes} ELSE ${no} END`;
}

/** Joins the numbers that have got as many messages as the cap allows. */
function fullNumbersSql(cap: MessageCap, { projectId }: Audience, parameters: Parameters): string {
  const since = `statement_timestamp() - make_interval(secs => ${parameters.add(windowMs(cap))}::float8 / 1000)`;
  return `
    LEFT JOIN (
      SELECT recipient_id FROM message
      WHERE message.project_id = ${parameters.add(projectId)}::uuid AND ${countedSql(since)}
      GROUP BY recipient_id HAVING count(*) >= ${parameters.add(cap.messages)}::int) AS full_number
      ON full_number.recipient_id = customer.recipient_id`;
}

function nodesJson(nodes: readonly MessageNodeFacts[]): string {
  return JSON.stringify(
    nodes.map((node) => ({
      node_id: node.nodeId,
      category_id: node.categoryId,
      consent_class: node.consentClass,
      provider_is_local: node.providerIsLocal,
      held: node.held,
      breaker_open: node.breakerOpen,
    })),
  );
}
