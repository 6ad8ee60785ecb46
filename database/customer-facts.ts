import type { AudienceFilter } from '../domain/audience-filter.ts';
import type { GateFacts } from '../domain/gate.ts';
import { windowMs, type MessageCap } from '../domain/message-cap.ts';
import { admittedSql } from './admitted-sql.ts';
import { Parameters } from './audience-sql.ts';
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
import { countedSql } from './message-cap.ts';
import type { Queryable } from './pool.ts';

/** Whom, and when, the gate is asked about outside of any run. */
export interface CustomerQuestion {
  readonly projectId: string;
  /** Null for somebody who is only imagined. */
  readonly customerId: string | null;
  /** How far from now the instant is, in milliseconds. */
  readonly aheadMs: number;
}

export interface CustomerFacts {
  readonly gate: GateFacts;
  /** Whether it is known that the handset does not take the MMS, for which there is an SMS. */
  readonly handsetKnown: boolean;
}

type Row = ProjectFactsRow & { readonly [Fact in keyof CustomerFactsRow]: CustomerFactsRow[Fact] | null };

/** Somebody who is only imagined has a number of the US that may be called, and has agreed; nothing caps it. */
const IMAGINED: CustomerFactsRow = {
  deleted: false,
  phone: '',
  phone_state: 'valid',
  timezone: null,
  recipient_id: null,
  country: 'US',
  opted_out: false,
  consent: 'granted',
  consent_for_this_number: true,
  handset_known: false,
};

const FACTS = `
  WITH frame AS MATERIALIZED (
    SELECT ${projectFactsSql({ category: '$3', sender: '$4', integration: '$5' })}
    FROM project LEFT JOIN breaker ON breaker.integration_id = $5
    WHERE project.id = $1)
  SELECT frame.*, ${customerFactsSql('$6')}
  FROM frame LEFT JOIN customer ON customer.project_id = $1 AND customer.id = $2
  ${customerJoins('$3')}`;

/** Everything that the gate must know to say what would become of a message of this node that is not late. */
export async function readCustomerFacts(
  database: Queryable,
  { projectId, customerId, aheadMs }: CustomerQuestion,
  node: NodeQuestion,
): Promise<CustomerFacts> {
  const { rows } = await database.query<Row>(FACTS, [
    projectId,
    customerId,
    node.categoryId,
    node.senderId,
    node.integrationId,
    node.contentKind ?? null,
  ]);
  const [row] = rows;
  if (!row) throw new Error('A request has a project.');
  const imagined = customerId === null;
  // Without nulls where there is a customer: its columns say so.
  const person = imagined ? IMAGINED : (row as CustomerFactsRow);
  const capReached = await isCapReached(database, row, { node, recipientId: person.recipient_id, aheadMs });
  const question = imagined ? { ...node, isTestNumber: () => true } : node;
  const facts = { ...row, ...person, now_ms: row.now_ms + aheadMs };
  const { window } = legalTimes(facts, question, { plannedAt: facts.now_ms });
  const staleAfter = Number.POSITIVE_INFINITY;
  const gate = gateFactsOf(facts, question, { isTest: false, capReached, window, staleAfter });
  return { gate, handsetKnown: person.handset_known };
}

/** Whether a launch with this audience would admit the customer. */
export async function isAdmitted(
  database: Queryable,
  { projectId, customerId, filter }: AdmissionQuestion,
): Promise<boolean> {
  const parameters = new Parameters([customerId]);
  const admitted = admittedSql({ projectId, filter, excludeRuns: [] }, parameters);
  const text = `SELECT FROM customer WHERE customer.id = $1 AND ${admitted}`;
  const { rowCount } = await database.query(text, parameters.values);
  return rowCount === 1;
}

interface AdmissionQuestion {
  readonly projectId: string;
  readonly customerId: string;
  readonly filter: AudienceFilter | null;
}

interface CapQuestion {
  readonly node: NodeQuestion;
  readonly recipientId: string | null;
  readonly aheadMs: number;
}

async function isCapReached(
  database: Queryable,
  { message_cap: messages, cap_window: window }: ProjectFactsRow,
  { node, recipientId, aheadMs }: CapQuestion,
): Promise<boolean> {
  if (messages === null || window === null || recipientId === null || node.consentClass !== 'marketing')
    return false;
  const cap: MessageCap = { messages, window };
  const since = `statement_timestamp() + make_interval(secs => $2::float8 / 1000)`;
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM message WHERE message.recipient_id = $1 AND ${countedSql(since)}`,
    [recipientId, aheadMs - windowMs(cap)],
  );
  return (rows[0]?.count ?? 0) >= messages;
}
