import { noteFailure } from '../../database/breakers.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import type { JsonObject } from '../../domain/json.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;

beforeAll(async () => {
  database = await createTestDatabase();
  scripted = scriptedDependencies(database.pool);
});
afterEach(() => database.pool.query('DELETE FROM breaker'));
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});

describe('a template that cuts an emoji in two', () => {
  it('reaches everybody, with a replacement character where half of it is left', async () => {
    const named = (first_name: string) => consentingCustomers(1, { attributes: { first_name } });
    const run = await launchRun(database.pool, {
      customers: [...named('😀nna'), ...named('Bo')],
      text: '{{ customer.first_name | first }}, hello',
    });
    const { outcomes } = await submitAll(scripted, run);
    expect(outcomes).toMatchObject([{ outcome: 'accepted', members: '03' }]);
    const texts = (await ledgerOf(run)).map(({ content }) => content?.text);
    expect(texts.sort()).toEqual(['B, hello', '\uFFFD, hello']);
  });
});

describe('a text with typographic characters', () => {
  const TEXT = '“Hi” {{ customer.first_name }}…';

  async function textsOf(config: JsonObject): Promise<readonly unknown[]> {
    const named = (first_name: string) => consentingCustomers(1, { attributes: { first_name } });
    const customers = [...named('Zoë'), ...named('Zoé'), ...named('😀')];
    const run = await launchRun(database.pool, { customers, text: TEXT, config });
    await submitAll(scripted, run);
    return (await ledgerOf(run)).map(({ content }) => content?.text).sort();
  }

  it('is sent as it is written, unless its author wants GSM-7', async () => {
    expect(await textsOf({})).toEqual(['“Hi” Zoé…', '“Hi” Zoë…', '“Hi” 😀…']);
  });

  it('is made GSM-7 for everybody whose own text can be', async () => {
    expect(await textsOf({ smartEncoding: true })).toEqual(['"Hi" Zoé...', '“Hi” Zoë…', '“Hi” 😀…']);
  });

  it('is empty when nothing of it can be seen', async () => {
    const config = { smartEncoding: true };
    const run = await launchRun(database.pool, {
      customers: consentingCustomers(1),
      text: '\u200B \u2060',
      config,
    });
    expect(await submitAll(scripted, run)).toMatchObject({ outcomes: [{ reason: 'empty_message' }] });
  });
});

describe('a text of more segments than the provider takes', () => {
  /** The provider takes ten, or 1,600 characters. */
  const reasonOf = async (text: string, config: JsonObject = {}): Promise<string | undefined> => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1), text, config });
    const [outcome] = (await submitAll(scripted, run)).outcomes;
    return outcome?.reason || outcome?.outcome;
  };

  it.each([
    ['ten of GSM-7', 'a'.repeat(1_530), 'accepted'],
    ['eleven of GSM-7', 'a'.repeat(1_531), 'message_too_long'],
    ['eleven because of two septets each', '€'.repeat(761), 'message_too_long'],
    ['ten of UCS-2', '“'.repeat(670), 'accepted'],
    ['eleven of UCS-2', `${'a'.repeat(670)}“`, 'message_too_long'],
  ])('is kept in: %s', async (_, text, expected) => {
    expect(await reasonOf(text)).toBe(expected);
  });

  it('is held against the limit as it is sent', async () => {
    expect(await reasonOf(`${'a'.repeat(670)}“`, { smartEncoding: true })).toBe('accepted');
  });
});

describe('a template that fails for many', () => {
  const SIZE = 400;
  const TEXT = '{{ customer.list | join(",") }} is yours';

  /** A run in which these members have no number and the template fails for those. */
  async function runWith(
    silent: (member: number) => boolean,
    failing: (member: number) => boolean,
  ): Promise<LaunchedRun> {
    const customers = consentingCustomers(SIZE, { attributes: { list: ['A'] } });
    const run = await launchRun(database.pool, { customers, text: TEXT });
    const idsOf = (which: (member: number) => boolean): readonly string[] =>
      run.members.filter(({ memberIndex }) => which(memberIndex)).map(({ customerId }) => customerId);
    await database.pool.query(
      `UPDATE customer SET phone = NULL, phone_state = 'none', recipient_id = NULL WHERE id = ANY ($1)`,
      [idsOf(silent)],
    );
    await database.pool.query(
      `UPDATE customer SET attributes = attributes || '{"list": 7}' WHERE id = ANY ($1)`,
      [idsOf(failing)],
    );
    return run;
  }

  const counts = ({ outcomes }: SubmitResult): object =>
    Object.fromEntries(
      outcomes.map(({ outcome, reason, members }) => [
        reason || outcome,
        MemberSet.fromHex(SIZE, members).count(),
      ]),
    );

  it('stops the node by the first hundred who are rendered, though no chunk has so many', async () => {
    const run = await runWith(
      (member) => member % 250 >= 60,
      () => true,
    );
    await expect(submitAll(scripted, run)).rejects.toMatchObject({ code: 'template_failing' });
  });

  it('stops the node also while only a probe may be sent', async () => {
    const run = await runWith(
      () => false,
      () => true,
    );
    const failure = { integrationId: run.integrationId, opensAt: 1, statusCode: '503', error: 'Down.' };
    await noteFailure(database.pool, failure, { first: 60_000, last: 60_000 });
    await database.pool.query('UPDATE breaker SET probe_at = now()');
    await expect(submitAll(scripted, run)).rejects.toMatchObject({ code: 'template_failing' });
  });

  it('goes on when it fails only after them, and names those', async () => {
    const run = await runWith(
      () => false,
      (member) => member >= 250,
    );
    expect(counts(await submitAll(scripted, run))).toEqual({ accepted: 250, template_error: 150 });
  });
});
