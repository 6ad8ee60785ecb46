import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Ledger, type LedgerRow } from '../../simulators/ledger.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-ledger-'));
  file = path.join(folder, 'ledger.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const accepted = (id: string): LedgerRow => ({
  kind: 'accepted',
  id,
  channel: 'mms',
  to: '12125550200',
  reportUrl: null,
  seen: 900,
  at: 1_000,
});

const refused: LedgerRow = {
  kind: 'duplicate_refused',
  id: 'one',
  to: '12125550200',
  seen: 1_900,
  at: 2_000,
};

async function lines(): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

describe('the ledger of a simulator', () => {
  it('has a row in its file before it says so', async () => {
    const ledger = new Ledger(file);
    await ledger.append(accepted('one'));
    expect((await lines()).map((line) => JSON.parse(line) as LedgerRow)).toEqual([accepted('one')]);
    await Promise.all([ledger.append(accepted('two')), ledger.append(accepted('three'))]);
    expect(await lines()).toHaveLength(3);
    ledger.close();
  });

  it('is found again by whoever opens it next, and goes on', async () => {
    const first = new Ledger(file);
    await first.append(accepted('one'));
    first.close();
    const second = new Ledger(file);
    expect(second.rows).toEqual([accepted('one')]);
    await second.append(refused);
    second.close();
    const third = new Ledger(file);
    expect(third.rows).toEqual([accepted('one'), refused]);
    third.close();
  });

  it('drops a last line that a kill has cut in half, and nothing that comes after', async () => {
    await writeFile(file, `${JSON.stringify(accepted('one'))}\n`);
    await appendFile(file, JSON.stringify(accepted('cut')).slice(0, 40));
    const cut = new Ledger(file);
    expect(cut.rows).toEqual([accepted('one')]);
    await cut.append(accepted('two'));
    cut.close();
    const again = new Ledger(file);
    expect(again.rows).toEqual([accepted('one'), accepted('two')]);
    again.close();
  });

  it('keeps a last line that is whole but for its end', async () => {
    await writeFile(file, JSON.stringify(accepted('one')));
    const ledger = new Ledger(file);
    await ledger.append(accepted('two'));
    ledger.close();
    const again = new Ledger(file);
    expect(again.rows.map((row) => row.kind === 'accepted' && row.id)).toEqual(['one', 'two']);
    again.close();
  });

  it('that is closed at once has every row once', async () => {
    const ledger = new Ledger(file);
    const appended = ledger.append(accepted('last'));
    ledger.close();
    // A write that comes after the end would fail this test as an error that nobody catches.
    await Promise.race([appended, new Promise((resolve) => setImmediate(() => setImmediate(resolve)))]);
    expect(await lines()).toEqual([JSON.stringify(accepted('last'))]);
  });
});
