import type { MessageContent } from '../../domain/message-content.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, unsent } from '../support/ledger.ts';
import { launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;

beforeAll(async () => {
  database = await createTestDatabase(20);
  scripted = scriptedDependencies(database.pool);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(() => {
  scripted.answer = accepted;
});

interface Row {
  readonly id: string;
  readonly leg: number;
  readonly state: string;
  readonly content: MessageContent;
}

async function rowsOf({ runId }: LaunchedRun, leg: number): Promise<readonly Row[]> {
  const { rows } = await database.pool.query<Row>(
    'SELECT id, leg, state, content FROM message WHERE run_id = $1 AND leg = $2 ORDER BY member_index',
    [runId, leg],
  );
  return rows;
}

const due = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET fallback_at = now() WHERE fallback_at IS NOT NULL`);

describe('the link in the SMS that is sent in place of an MMS', () => {
  it('leads to the MMS of its own customer, the same however often it is rendered', async () => {
    const run = await launchFallbackRun(database.pool, 2, {}, 'See {{ message.link }}');
    await submitAll(scripted, run);
    const mms = await rowsOf(run, 0);
    await tooLarge(run, ...mms.map(({ id }) => id));
    scripted.answer = (id) => unsent(id, 10);
    await makeFallbacks(scripted.deps, () => false);
    const first = await rowsOf(run, 1);
    expect(first.map(({ state }) => state)).toEqual(['queued', 'queued']);
    scripted.answer = accepted;
    await database.pool.query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);
    await due();
    await makeFallbacks(scripted.deps, () => false);
    const again = await rowsOf(run, 1);
    expect(again.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    const { messageLinks } = scripted.deps;
    const expected = mms.map(({ id }) => `See ${messageLinks.linkOf(id)}`);
    expect(new Set(expected).size).toBe(2);
    expect(first.map(({ content }) => content.text)).toEqual(expected);
    expect(again.map(({ content }) => content.text)).toEqual(expected);
  });

  it('stands in the text that the provider falls back with, too', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    await database.pool.query(
      `UPDATE scenario_version SET frozen = jsonb_set(jsonb_set(frozen, '{senders,default,value}', '"28444"'),
         '{nodes,1}', frozen #> '{nodes,1}' || $2)
       FROM run WHERE run.id = $1 AND scenario_version.id = run.version_id`,
      [
        run.runId,
        JSON.stringify({
          type: 'mms',
          config: {
            ...{ sender: 'default', category: 'marketing', text: 'Look', media: [] },
            fallback: { by: 'provider', text: 'See {{ message.link }}' },
          },
        }),
      ],
    );
    await submitAll(scripted, run);
    const [mms] = await rowsOf(run, 0);
    expect(mms?.content.fallbackText).toBe(`See ${scripted.deps.messageLinks.linkOf(mms?.id ?? '')}`);
  });
});
