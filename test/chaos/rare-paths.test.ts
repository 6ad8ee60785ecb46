import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { countRarePaths, type RarePathCounts } from '../../chaos/rare-paths.ts';
import { RARE_PATHS } from '../../domain/rare-path.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { faultlessRun } from './evidence.ts';

let home: string;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tidings-rare-'));
  await mkdir(path.join(home, 'logs'));
});
afterEach(() => rm(home, { recursive: true }));

const counts = (): Promise<RarePathCounts> => countRarePaths({ home, pool: database.pool });
const write = (file: string, text: string): Promise<void> => writeFile(path.join(home, 'logs', file), text);
const told = (rarePath: string, count: number): string =>
  `${JSON.stringify({ level: 30, rarePath, count })}\n`;

describe('the count of rare paths', () => {
  it('is 0 for what nobody has told', async () => {
    await write('worker.log', '{"level":30,"msg":"ready"}\n');
    expect(Object.values(await counts())).toEqual(RARE_PATHS.map(() => 0));
  });

  it('adds up what all processes have told, even in a line that a kill has cut off before its end', async () => {
    await write('worker.log', told('unknown', 2) + told('zombie_fenced', 1) + told('of_another_version', 1));
    await write('pump.log', `${told('unknown', 3)}{"level":30,"rarePath":"early_receipt","coun`);
    expect(await counts()).toMatchObject({ unknown: 5, zombie_fenced: 1, early_receipt: 0 });
  });

  it('takes what a look-up has found for no receipt that came by itself', async () => {
    await write('pump.log', told('found_by_lookup', 2) + told('proven_by_receipt', 2));
    expect((await counts()).proven_by_receipt).toBe(0);
    await write('pump.log', told('found_by_lookup', 2) + told('proven_by_receipt', 3));
    expect((await counts()).proven_by_receipt).toBe(1);
  });

  it('counts messages that an opt-out has ended while they waited', async () => {
    const { ids } = await faultlessRun(database.pool);
    await database.pool.query(`UPDATE message SET state = 'cancelled', error = 'opted_out' WHERE id = $1`, [
      ids[0],
    ]);
    expect((await counts()).stop_blocked).toBe(1);
  });
});
