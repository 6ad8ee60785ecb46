import type { AudienceFilter } from '../domain/audience-filter.ts';
import { audienceSql, type Parameters } from './audience-sql.ts';

/** Whom a launch is for. */
export interface Audience {
  readonly projectId: string;
  /** Everybody by default. */
  readonly filter: AudienceFilter | null;
  /** Runs whose recipients are left out. */
  readonly excludeRuns: readonly string[];
  /** Of a test: the customers of its test recipients, and nobody else. */
  readonly testCustomers?: readonly string[] | undefined;
}

/** The customers whom a launch admits, as a boolean SQL expression over `customer`. */
export function admittedSql(audience: Audience, parameters: Parameters): string {
  const { projectId, filter, excludeRuns, testCustomers } = audience;
  const conditions = [
    `customer.project_id = ${parameters.add(projectId)}`,
    'customer.deleted_at IS NULL',
    testCustomers
      ? `customer.is_tester AND customer.id = ANY (${parameters.add(testCustomers)}::uuid[])`
      : 'NOT customer.is_tester',
    filter ? audienceSql(filter, parameters) : 'true',
    ...(excludeRuns.length === 0 ? [] : notOfferedSql(parameters.add(excludeRuns))),
  ];
  return conditions.join(' AND ');
}

/** Two anti-joins and no OR: each can be hashed. By number too, so that a household is not sent to again. */
function notOfferedSql(runs: string): readonly string[] {
  return ['message.customer_id = customer.id', 'message.recipient_id = customer.recipient_id'].map(
    (same) => `NOT EXISTS (
      SELECT FROM message JOIN run AS excluded ON excluded.id = message.run_id AND excluded.month = message.month
      WHERE excluded.id = ANY (${runs}::uuid[]) AND ${same} AND message.state NOT IN ('queued', 'cancelled'))`,
  );
}
