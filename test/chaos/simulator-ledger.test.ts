import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { acceptancesOf, readSimulatorLedgers } from '../../chaos/acceptances.ts';
import { acceptance } from './evidence.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tidings-ledger-'));
  await mkdir(path.join(home, 'simulator'));
});
afterEach(() => rm(home, { recursive: true }));

const write = (text: string): Promise<void> => writeFile(path.join(home, 'simulator', 'infobip.jsonl'), text);
const line = JSON.stringify(acceptance('one', '12065550142'));

describe("the simulator's ledger as evidence", () => {
  it('is read line by line', async () => {
    await write(`${line}\n${line}\n`);
    expect(acceptancesOf(await readSimulatorLedgers(home, ['infobip']))).toHaveLength(2);
  });

  it.each([
    ['is cut off', line.slice(0, -5)],
    ['is of an unknown kind', '{"kind":"taken","id":"one"}'],
    ['lacks its number', '{"kind":"accepted","id":"one","channel":"mms"}'],
  ])('is no evidence when a line %s', async (_what, broken) => {
    await write(`${line}\n${broken}\n${line}\n`);
    await expect(readSimulatorLedgers(home, ['infobip'])).rejects.toThrow('line 2');
  });

  it('is that of every provider of a vendor', async () => {
    await write(`${line}\n`);
    const other = JSON.stringify(acceptance('two', '12065550143'));
    await writeFile(path.join(home, 'simulator', 'sinch-mms.jsonl'), `${other}\n`);
    const ids = acceptancesOf(await readSimulatorLedgers(home, ['infobip', 'sinch-mms'])).map(({ id }) => id);
    expect(ids).toEqual(['one', 'two']);
  });

  it('is no evidence when it is missing', async () => {
    await expect(readSimulatorLedgers(home, ['infobip'])).rejects.toThrow('ENOENT');
  });
});
