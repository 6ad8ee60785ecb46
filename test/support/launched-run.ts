import { randomUUID } from 'node:crypto';
import type { ClaimCandidate, ClaimScope } from '../../database/claim-messages.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import { freezeAudience } from '../../database/freeze-audience.ts';
import type { Pool } from '../../database/pool.ts';
import type { CohortRef } from '../../database/record-walk.ts';
import { seedProject, type SeedInput } from '../../database/seed.ts';
import { setBusinessTime } from './business-time.ts';
import { infobipSeed, TEST_BOX } from './credentials.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import type { ProjectMode } from '../../domain/gate.ts';
import { monthOf } from '../../domain/identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import type { RunState } from '../../domain/states.ts';
import { graphOf } from './virtual-walk.ts';

export const PHONE_KEY = 'a phone key that is used in tests only';
const HOUR = 3_600_000;

/** A proven consent for marketing. */
export const GRANTED = {
  granted: true,
  saidAt: Date.UTC(2026, 0, 1),
  method: 'web_form',
  source: 'https://shop.example.com',
} as const;

let numbers = 0;

/** A valid number that no other customer of this test file has. */
export function newPhone(): string {
  numbers += 1;
  return `+1206${2_000_000 + numbers}`;
}

/** Customers with a number of their own and consent for marketing. */
export function consentingCustomers(count: number, more: Partial<CustomerRecord> = {}): CustomerRecord[] {
  return Array.from({ length: count }, () => ({
    externalId: randomUUID(),
    phone: newPhone(),
    attributes: {},
    consents: { marketing: GRANTED },
    ...more,
  }));
}

/** A project whose provider is where the stack of the test has it, nowhere without one; it is Wednesday noon there. */
export async function seedTestProject(pool: Pool, mode: ProjectMode = 'simulator'): Promise<string> {
  const { rows } = await pool.query<{ base_url: string }>(
    `SELECT base_url FROM integration WHERE key = 'infobip'`,
  );
  const input: SeedInput = {
    mode,
    sender: '12065550100',
    integrations: [infobipSeed(rows[0] && { baseUrl: rows[0].base_url })],
    through: { sms: 'infobip', mms: 'infobip' },
    apiKey: undefined,
  };
  const projectId = await seedProject(pool, input, TEST_BOX);
  await setBusinessTime(pool, projectId);
  return projectId;
}

export interface Member {
  readonly memberIndex: number;
  readonly customerId: string;
  readonly externalId: string;
  readonly recipientId: string;
  readonly phone: string;
}

export interface LaunchedRun {
  readonly pool: Pool;
  readonly projectId: string;
  readonly runId: string;
  readonly month: number;
  readonly integrationId: string;
  readonly senderId: string;
  readonly categoryIds: Readonly<Record<string, string>>;
  /** The first cohort. */
  readonly cohort: CohortRef;
  /** Of the first cohort, by index. */
  readonly members: readonly Member[];
}

export const frozenWith = (text: string, more: JsonObject = {}): FrozenScenario => ({
  name: 'Test',
  nodes: [
    { id: 'start', type: 'now', version: 1, config: {}, actionId: null },
    {
      id: 'send',
      type: 'sms',
      version: 1,
      name: 'sms_1',
      actionId: 1,
      config: { sender: 'default', category: 'marketing', text, ...more },
    },
  ],
  edges: [{ from: 'start', outlet: 'next', to: 'send' }],
  senders: { default: { label: 'Default', value: '12065550100' } },
  audience: null,
  walk: graphOf({ start: ['now', {}, { next: 'send' }], send: ['sms', { receiptDeadlineMs: 0 }] }),
});

/** A run of one message node over customers of its own, its audience frozen, as far as the database is concerned. */
export async function launchRun(
  pool: Pool,
  {
    customers = consentingCustomers(3),
    state = 'running',
    text,
    config,
  }: {
    customers?: readonly CustomerRecord[];
    state?: RunState;
    text?: string;
    /** More settings of the message node. */
    config?: JsonObject;
  } = {},
): Promise<LaunchedRun> {
  const projectId = await seedTestProject(pool);
  const group = randomUUID();
  const records = customers.map((customer) => ({
    ...customer,
    attributes: { ...customer.attributes, group },
  }));
  await importCustomers(pool, { projectId, phoneKey: PHONE_KEY, records });
  const runId = await insertRun(pool, projectId, state, text, config);
  const month = monthOf(Date.now());
  await freezeAudience(pool, {
    runId,
    projectId,
    month,
    filter: { attribute: 'group', op: 'eq', value: group },
    workflowIdPrefix: `cohort/test/${runId}/`,
  });
  const cohorts = await pool.query<{ id: string; size: number }>(
    'SELECT id, size FROM cohort WHERE run_id = $1 ORDER BY number',
    [runId],
  );
  const { id: cohortId = '0', size = 0 } = cohorts.rows[0] ?? {};
  const one = async (sql: string): Promise<string> =>
    (await pool.query<{ id: string }>(sql, [projectId])).rows[0]?.id ?? '';
  const categories = await pool.query<{ id: string; key: string }>(
    'SELECT id, key FROM consent_category WHERE project_id = $1',
    [projectId],
  );
  return {
    pool,
    projectId,
    runId,
    month,
    integrationId: await one('SELECT id FROM integration WHERE project_id = $1'),
    senderId: await one('SELECT id FROM sender_profile WHERE project_id = $1'),
    categoryIds: Object.fromEntries(categories.rows.map(({ key, id }) => [key, id])),
    cohort: { month, cohortId, runId, size },
    members: await readMembers(pool, cohortId),
  };
}

/** A run's row with a version of its own, and nobody admitted. */
export async function insertRun(
  pool: Pool,
  projectId: string,
  state: RunState = 'running',
  text = 'Hi',
  config: JsonObject = {},
): Promise<string> {
  const runId = randomUUID();
  await pool.query(
    `WITH scenario AS (
       INSERT INTO scenario (project_id, name, nodes, edges) VALUES ($1, 'Test', '[]', '[]') RETURNING id
     ), version AS (
       INSERT INTO scenario_version (scenario_id, content_hash, frozen) SELECT id, 'hash', $4 FROM scenario
       RETURNING id, scenario_id
     )
     INSERT INTO run (id, month, project_id, scenario_id, version_id, state, workflow_id, relayed_at, started_at)
     SELECT $2::uuid, $5, $1, scenario_id, id, $3, 'run/test/' || $2::uuid, now(),
       CASE WHEN $3 <> 'requested' THEN now() END FROM version`,
    [projectId, runId, state, JSON.stringify(frozenWith(text, config)), monthOf(Date.now())],
  );
  return runId;
}

async function readMembers(pool: Pool, cohortId: string): Promise<readonly Member[]> {
  const { rows } = await pool.query<Member>(
    `SELECT entry.member_index AS "memberIndex", customer.id AS "customerId", customer.external_id AS "externalId",
            coalesce(customer.recipient_id, 0) AS "recipientId", coalesce(customer.phone, '') AS phone
     FROM entry JOIN customer ON customer.id = entry.customer_id WHERE entry.cohort_id = $1
     ORDER BY entry.member_index`,
    [cohortId],
  );
  return rows;
}

/** What the message node of the run claims under. */
export function claimScope(run: LaunchedRun, more: Partial<ClaimScope> = {}): ClaimScope {
  return {
    month: run.month,
    cohortId: run.cohort.cohortId,
    runId: run.runId,
    projectId: run.projectId,
    categoryId: run.categoryIds['marketing'] ?? '',
    consentClass: 'marketing',
    senderId: run.senderId,
    integrationId: run.integrationId,
    plannedAt: Date.now(),
    freshnessMs: HOUR,
    windowMarginMs: 900_000,
    isTest: false,
    recheckMs: 30_000,
    providerIsLocal: true,
    isTestNumber: () => false,
    actionId: 1,
    pass: 1,
    leg: 0,
    fallsBack: false,
    channel: 'sms',
    sender: '12065550100',
    receiptDeadlineMs: HOUR,
    claimGraceMs: 60_000,
    breakerProbeMs: { first: 30_000, last: 300_000 },
    ...more,
  };
}

/** The members as they are offered to a claim: all by default. */
export function candidatesOf(run: LaunchedRun, text = 'Hi', members = run.members): ClaimCandidate[] {
  return members.map(({ memberIndex, recipientId }) => ({
    memberIndex,
    recipientId,
    content: { text, subject: null, media: [] },
  }));
}
