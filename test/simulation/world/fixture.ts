import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { monthOf } from '../../../domain/identity.ts';
import { frozenWith } from '../../support/launched-run.ts';
import { Execution } from '../sql/execution.ts';
import { parseStatements, Statements } from '../sql/prepared.ts';
import { schemaOf, type Schema } from '../sql/schema.ts';
import { Store, Transaction } from '../sql/store.ts';
import { valueOfParameter, type Values } from '../sql/values.ts';
import { START } from './virtual-time.ts';

const MIGRATIONS = path.join(import.meta.dirname, '../../../prisma/migrations');

/** Tables that nothing in a simulation changes. */
const UNCHANGING = [
  'account',
  'project',
  'integration',
  'sender_profile',
  'consent_category',
  'scenario',
  'scenario_version',
  'cohort',
  'entry',
];

/** What one simulation is about: a cohort at one message node. */
export interface Setting {
  readonly members: number;
  /** Whether the first two members are a household on one number. */
  readonly twins: boolean;
  /** Whether it is the last minute of the window in which marketing may be claimed; else it is 10:00 for everybody. */
  readonly evening: boolean;
  readonly messagesPerCall: number;
  /** `verified`: the provider refuses an id that it knows; `assumed`: it would take it twice. */
  readonly idempotentIds: 'verified' | 'assumed';
  /** For how long the provider does not find what it has accepted. */
  readonly lookUpLagMs: number;
}

const id = (kind: number, number = 0): string =>
  `00000000-0000-4000-8000-${String(kind).padStart(4, '0')}${String(number).padStart(8, '0')}`;

/** The account at Infobip; what its credentials are, each process says for itself. */
export const INFOBIP = {
  baseUrl: 'http://127.0.0.1:1',
  settings: {},
  webhook: { auth: 'basic', username: 'infobip' },
  sealed: { keyId: 'simulated', box: 'c2VhbGVk' },
};

export const IDS = {
  account: id(1),
  project: id(2),
  integration: id(3),
  sender: id(4),
  category: id(5),
  run: id(8),
  cohort: '1',
  customer: (member: number): string => id(9, member),
} as const;
export const MONTH = monthOf(START);

/** The schema as the migrations make it, and the statements that have been compiled for it. */
export interface SimulatedSchema {
  readonly schema: Schema;
  readonly statements: Statements;
}

export function readSchema(): SimulatedSchema {
  const folders = readdirSync(MIGRATIONS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  const nodes = names.flatMap((name) =>
    parseStatements(readFileSync(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8')),
  );
  const schema = schemaOf(nodes);
  return { schema, statements: new Statements(schema, UNCHANGING) };
}

/** The number of a member's phone, as a recipient's id; twins share the first. */
export function recipientOf({ twins }: Setting, member: number): number {
  return twins && member === 1 ? 1 : member + 1;
}

export function phoneOf(recipient: number): string {
  return `+1206555${String(recipient).padStart(4, '0')}`;
}

export function phoneHashOf(recipient: number): Buffer {
  return Buffer.from(`hash ${recipient}`);
}

/** What the tables hold before anything happens. */
export function initialRows(
  { schema, statements }: SimulatedSchema,
  setting: Setting,
): ReadonlyMap<string, readonly Values[]> {
  const store = new Store(new Map([...schema.keys()].map((name) => [name, []])));
  const insert = (table: string, row: Readonly<Record<string, unknown>>): void => {
    const prepared = statements.prepare(insertion(table, Object.keys(row)));
    if (prepared.kind !== 'query') return;
    const transaction = new Transaction(store, START);
    new Execution(transaction, prepared.plan, Object.values(row).map(valueOfParameter), {
      now: START,
    }).proceed();
    transaction.commit();
  };
  seed(insert, setting);
  return new Map(
    [...schema.keys()].map((name) => [
      name,
      store.rows(name).flatMap(({ versions }) => versions.flatMap(({ values }) => (values ? [values] : []))),
    ]),
  );
}

export function insertion(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`;
}

/** Puts one row into a table. */
export type Insert = (table: string, row: Readonly<Record<string, unknown>>) => void;

/** From 10:00 in Seattle, where everybody is, to 20:44. */
const EVENING_OFFSET_MS = 10 * 3_600_000 + 44 * 60_000;

/** Whether marketing may reach nobody at an instant; Seattle is eight hours behind UTC. */
export function isNight({ evening }: Setting, now: number): boolean {
  const local = now + (evening ? EVENING_OFFSET_MS : 0) - 8 * 3_600_000;
  const minute = Math.floor(local / 60_000) % (24 * 60);
  return minute < 8 * 60 || minute >= 21 * 60;
}

/** A project, a run and its cohort at one message node. */
export function seed(insert: Insert, setting: Setting): void {
  seedProject(insert, setting);
  seedRun(insert);
  for (let member = 0; member < setting.members; member += 1) seedMember(insert, setting, member);
}

function seedProject(insert: Insert, { messagesPerCall, idempotentIds, evening }: Setting): void {
  insert('account', { id: IDS.account, name: 'default' });
  insert('project', {
    id: IDS.project,
    account_id: IDS.account,
    key: 'default',
    name: 'Default',
    mode: 'simulator',
    clock_offset_ms: evening ? EVENING_OFFSET_MS : 0,
  });
  insert('integration', {
    id: IDS.integration,
    project_id: IDS.project,
    key: 'infobip',
    provider: 'infobip',
    revision: 1,
    base_url: INFOBIP.baseUrl,
    settings: INFOBIP.settings,
    webhook: INFOBIP.webhook,
    secrets: Buffer.from(INFOBIP.sealed.box, 'base64'),
    secrets_key_id: INFOBIP.sealed.keyId,
    messages_per_call: messagesPerCall,
    idempotent_ids: idempotentIds,
  });
  insert('sender_profile', {
    id: IDS.sender,
    project_id: IDS.project,
    key: 'default',
    label: 'Default',
    value: '12065550100',
    sms_integration_id: IDS.integration,
    mms_integration_id: IDS.integration,
    is_default: true,
  });
  insert('consent_category', {
    id: IDS.category,
    project_id: IDS.project,
    key: 'marketing',
    name: 'Marketing',
    class: 'marketing',
  });
}

function seedRun(insert: Insert): void {
  insert('scenario', { id: id(6), project_id: IDS.project, name: 'Test', nodes: '[]', edges: '[]' });
  insert('scenario_version', {
    id: id(7),
    scenario_id: id(6),
    content_hash: 'hash',
    frozen: JSON.stringify(frozenWith('Hi')),
  });
  insert('run', {
    id: IDS.run,
    month: MONTH,
    project_id: IDS.project,
    scenario_id: id(6),
    version_id: id(7),
    state: 'running',
    workflow_id: 'run/test/1',
    relayed_at: new Date(START),
    started_at: new Date(START),
  });
}

function seedMember(insert: Insert, setting: Setting, member: number): void {
  const recipient = recipientOf(setting, member);
  if (recipient === member + 1) {
    insert('recipient', {
      id: recipient,
      project_id: IDS.project,
      phone_hash: phoneHashOf(recipient),
      country: 'US',
    });
  }
  insert('customer', {
    id: IDS.customer(member),
    project_id: IDS.project,
    external_id: `c-${member}`,
    recipient_id: recipient,
    phone: phoneOf(recipient),
    phone_state: 'valid',
  });
  insert('consent', {
    customer_id: IDS.customer(member),
    category_id: IDS.category,
    recipient_id: recipient,
    state: 'granted',
    method: 'web_form',
    source: 'https://shop.example.com',
  });
  if (member === 0)
    insert('cohort', {
      id: 1,
      month: MONTH,
      run_id: IDS.run,
      number: 1,
      size: setting.members,
      workflow_id: 'cohort/test/1',
    });
  insert('entry', {
    month: MONTH,
    run_id: IDS.run,
    customer_id: IDS.customer(member),
    entry_key: '1',
    occasion: '1',
    cohort_id: 1,
    member_index: member,
    admitted_at: new Date(START),
  });
}
