import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CAMPAIGN_EVENT_STATUSES } from '../../domain/campaign-event.ts';
import { CHANNELS } from '../../domain/channel.ts';
import { PROJECT_MODES } from '../../domain/gate.ts';
import {
  ENDED_RUN_STATES,
  FINAL_MESSAGE_STATES,
  MESSAGE_STATES,
  MESSAGE_TRANSITIONS,
  RUN_STATES,
  RUN_TRANSITIONS,
} from '../../domain/states.ts';

const MIGRATIONS = path.join(import.meta.dirname, '..', '..', 'prisma', 'migrations');
const SQL = readdirSync(MIGRATIONS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => readFileSync(path.join(MIGRATIONS, entry.name, 'migration.sql'), 'utf8'))
  .join('\n');

/** The values that the CHECK of a table's column lists. */
function checkedValues(table: string, column: string): readonly string[] {
  const [, body = ''] = new RegExp(`CREATE TABLE ${table} \\(([\\s\\S]*?)\\n\\)`).exec(SQL) ?? [];
  const [, list = ''] = new RegExp(`CHECK \\(${column} IN\\s*\\(([^)]*)\\)`).exec(body) ?? [];
  return [...list.matchAll(/'([^']*)'/g)].map(([, value = '']) => value);
}

describe.each([
  ['message', MESSAGE_STATES, MESSAGE_TRANSITIONS],
  ['run', RUN_STATES, RUN_TRANSITIONS],
])('the states of a %s', (_, states: readonly string[], transitions: Record<string, readonly string[]>) => {
  it('lead only to states that there are', () => {
    expect(Object.keys(transitions).sort()).toEqual([...states].sort());
    for (const targets of Object.values(transitions)) {
      for (const target of targets) expect(states).toContain(target);
      expect(new Set(targets).size).toBe(targets.length);
    }
  });

  it('can all be reached from the first one', () => {
    const reached = new Set(states.slice(0, 1));
    for (const state of reached) for (const target of transitions[state] ?? []) reached.add(target);
    expect([...reached].sort()).toEqual([...states].sort());
  });
});

describe('the database', () => {
  it.each([
    ['message', 'state', MESSAGE_STATES],
    ['message', 'channel', CHANNELS],
    ['run', 'state', RUN_STATES],
    ['receipt', 'state', ['accepted', 'dispatched', 'delivered', 'failed', 'expired']],
    ['receipt', 'channel', CHANNELS],
    ['campaign_event', 'status', CAMPAIGN_EVENT_STATUSES],
    ['project', 'mode', PROJECT_MODES],
    ['consent', 'state', ['granted', 'unproven', 'revoked']],
    ['consent_category', 'class', ['marketing', 'transactional']],
    ['integration', 'idempotent_ids', ['verified', 'assumed', 'no']],
  ])('takes in %s.%s exactly what the domain knows', (table, column, known: readonly string[]) => {
    expect([...checkedValues(table, column)].sort()).toEqual([...known].sort());
  });
});

describe('a message', () => {
  it('leaves a final state only for what a receipt says', () => {
    const receiptStates = ['accepted', 'dispatched', 'delivered', 'failed', 'expired'];
    for (const state of FINAL_MESSAGE_STATES.filter((final) => final !== 'unresolved')) {
      for (const target of MESSAGE_TRANSITIONS[state]) expect(receiptStates).toContain(target);
    }
  });

  it('that is unresolved may also be sent again, or be refused by who was asked first: never wait again', () => {
    expect(MESSAGE_TRANSITIONS.unresolved).toEqual(expect.arrayContaining(['submitting', 'rejected']));
    expect(MESSAGE_TRANSITIONS.unresolved).not.toContain('queued');
  });

  it('never leaves "delivered"', () => {
    expect(MESSAGE_TRANSITIONS.delivered).toEqual([]);
  });
});

describe('a run', () => {
  it('never leaves a state in which it has ended', () => {
    expect(RUN_STATES.filter((state) => RUN_TRANSITIONS[state].length === 0)).toEqual([...ENDED_RUN_STATES]);
  });
});
