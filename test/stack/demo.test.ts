import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exampleCsv } from '../../stack/demo/example-customers.ts';
import { CommandProcess, ownPorts, removeHome, temporaryHome } from '../support/stack-process.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

let home: string;
let ports: Record<string, string>;

beforeAll(async () => {
  home = await temporaryHome();
  ports = await ownPorts();
});
afterAll(() => removeHome(home));

const KEYS = [
  'profile',
  'customers',
  'messages',
  'delivered',
  'failed',
  'expired',
  'no_receipt',
  'unknown',
  'unresolved',
  'suppressed',
  'duplicates',
  'lost',
  'seconds',
  'messages_per_second',
  'temporal_events',
  'temporal_events_per_message',
  'provider_ledger',
];

describe('npm run demo', () => {
  it('accounts for every customer of the examples, in one JSON object on its last line', async () => {
    const { code, stdout } = await new CommandProcess('demo', ['--json'], {
      TIDINGS_HOME: home,
      ...ports,
    }).end(150_000);
    expect(code).toBe(0);
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect(Object.keys(result)).toEqual(expect.arrayContaining(KEYS));
    expect(result).toMatchObject({
      profile: 'test',
      customers: 1_000,
      duplicates: 0,
      lost: 0,
      unknown: 0,
      unresolved: 0,
    });
    const { delivered = 0, failed = 0, expired = 0, no_receipt: noReceipt = 0 } = result;
    expect(result['messages']).toBe(delivered + failed + expired + noReceipt);
    expect(delivered).toBeGreaterThan(800);
  }, 180_000);

  it('takes an audience and a scenario of its user, and says what is wrong with them', async () => {
    const file = path.join(home, 'scenario.json');
    await writeFile(file, JSON.stringify({ name: 'Mine', nodes: [{ id: 'a', type: 'nou' }], edges: [] }));
    const command = new CommandProcess('demo', ['--scenario', file, '--customers', '5'], {
      TIDINGS_HOME: home,
      ...ports,
    });
    const { code, stderr } = await command.end();
    expect([code, stderr]).toEqual([1, expect.stringContaining('Did you mean "now"?')]);
  });

  it('explains its options when one is unknown', async () => {
    const { code, stderr } = await new CommandProcess('demo', ['--fast'], {
      TIDINGS_HOME: home,
      ...ports,
    }).end();
    expect([code, stderr]).toEqual([1, expect.stringContaining('--customers N')]);
  });
});

describe('examples/customers.csv', () => {
  it('is what the generator makes', async () => {
    const text = await readFile(path.join(ROOT, 'examples', 'customers.csv'), 'utf8');
    expect(text).toBe([...exampleCsv(1_000)].join(''));
  });
});
