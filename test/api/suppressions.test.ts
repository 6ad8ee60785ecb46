import { consentingCustomers, GRANTED, launchRun, newPhone } from '../support/launched-run.ts';
import { claim, ledgerOf, record, unsent } from '../support/ledger.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

interface Suppression {
  readonly id: string;
  readonly phone: string | null;
  readonly reason: string | null;
  readonly source: string;
  readonly since: string;
  readonly lifted: { readonly actor: string; readonly reason: string | null } | null;
}
interface Page {
  readonly suppressions: readonly Suppression[];
  readonly next: string | null;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const stop = (phone: string, more: object = {}): ReturnType<typeof stack.api.call<Suppression>> =>
  stack.api.call<Suppression>('POST', '/v1/suppressions', { phone, ...more });

async function list(query: Record<string, string> = {}): Promise<Page> {
  const search = new URLSearchParams(query).toString();
  return (await stack.api.call<Page>('GET', `/v1/suppressions?${search}`)).body;
}

const lift = (id: string, query = ''): ReturnType<typeof stack.api.call<Suppression>> =>
  stack.api.call<Suppression>('DELETE', `/v1/suppressions/${id}${query}`);

describe('a number that is suppressed', () => {
  it('is not written to any more, whatever its customer consents to', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(2) });
    const { status, body } = await stop(run.members[0]?.phone ?? '', {
      reason: 'called us',
      source: 'phone',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      phone: run.members[0]?.phone,
      reason: 'called us',
      source: 'phone',
      lifted: null,
    });
    const { claimed, refused } = await claim(run);
    expect(refused).toEqual([{ memberIndex: 0, verdict: { kind: 'suppress', reason: 'opted_out' } }]);
    expect(claimed.map(({ memberIndex }) => memberIndex)).toEqual([1]);
  });

  it('is remembered though no customer has it, and is never told to anybody', async () => {
    const phone = newPhone();
    const { body } = await stop(phone);
    expect(body).toMatchObject({ phone: null, source: 'api' });
    expect(JSON.stringify(await list())).not.toContain(phone.slice(2));
    expect((await list({ phone })).suppressions.map(({ id }) => id)).toEqual([body.id]);

    const consents = { marketing: { ...GRANTED, saidAt: Date.now() + 1_000 } };
    const run = await launchRun(stack.database.pool, {
      customers: consentingCustomers(1, { phone, consents }),
    });
    expect((await claim(run)).refused).toMatchObject([{ verdict: { reason: 'opted_out' } }]);
  });

  it('is suppressed once: whoever says it again is told of the first time', async () => {
    const phone = newPhone();
    const first = await stop(phone, { reason: 'first' });
    const second = await stop(phone, { reason: 'second' });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect((await list({ phone, lifted: 'true' })).suppressions).toHaveLength(1);
  });

  it('is suppressed once by many at the same time', async () => {
    const phone = newPhone();
    const answers = await Promise.all(Array.from({ length: 8 }, () => stop(phone)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(7).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('must be a valid one', async () => {
    expect(entriesOf(expectProblem(await stop('12'), 422, 'bad_body'))).toEqual([['/phone', 'bad_field']]);
  });

  it('is nothing to another project', async () => {
    const phone = newPhone();
    const { body } = await stop(phone);
    const other = await otherProject(stack);
    expect((await other.call<Page>('GET', '/v1/suppressions')).body.suppressions).toEqual([]);
    expectProblem(await other.call('GET', `/v1/suppressions/${body.id}`), 404, 'not_found');
    expectProblem(await other.call('DELETE', `/v1/suppressions/${body.id}`), 404, 'not_found');
  });
});

describe('messages to a number that is suppressed', () => {
  it('end if they wait to be offered, unless they are transactional; one that is under way is left alone', async () => {
    const { pool } = stack.database;
    const run = await launchRun(pool, { customers: consentingCustomers(3) });
    const marketing = await claim(run, {}, run.members.slice(0, 2));
    const categoryId = run.categoryIds['transactional'] ?? '';
    const scope = { categoryId, consentClass: 'transactional' } as const;
    const transactional = await claim(run, scope, run.members.slice(2));
    const waiting = marketing.claimed.find(({ memberIndex }) => memberIndex === 0)?.id ?? '';
    await record(run, marketing.token, [unsent(waiting)]);
    await record(run, transactional.token, [unsent(transactional.claimed[0]?.id ?? '')]);
    for (const { phone } of run.members) await stop(phone);
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'cancelled', error: 'opted_out', look_at: null, ended_at: expect.any(Date) as Date },
      { state: 'submitting' },
      { state: 'queued', ended_at: null },
    ]);
  });
});

describe('a suppression that is lifted', () => {
  it('lets the number be written to again, and says who lifted it and why', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(1) });
    const phone = run.members[0]?.phone ?? '';
    const { body } = await stop(phone);
    const lifted = await lift(body.id, '?reason=START');
    expect(lifted.body).toMatchObject({
      id: body.id,
      lifted: { actor: expect.stringMatching(/^key /) as string, reason: 'START' },
    });
    expect((await claim(run)).claimed).toHaveLength(1);
    expect((await list({ phone })).suppressions).toEqual([]);
    expect((await list({ phone, lifted: 'true' })).suppressions).toEqual([lifted.body]);
    expectProblem(await lift(body.id), 404, 'not_found');
  });

  it('is followed by another one when the number opts out again', async () => {
    const phone = newPhone();
    const first = await stop(phone);
    await lift(first.body.id);
    const second = await stop(phone);
    expect(second.status).toBe(201);
    const ids = (await list({ phone, lifted: 'true' })).suppressions.map(({ id }) => id);
    expect(ids).toEqual([second.body.id, first.body.id]);
  });

  it('must be the one that was read', async () => {
    const { body, headers } = await stop(newPhone());
    const path = `/v1/suppressions/${body.id}`;
    expect((await stack.api.call('GET', path)).headers['etag']).toBe(headers['etag']);
    expectProblem(
      await stack.api.call('DELETE', path, undefined, { 'if-match': '' }),
      428,
      'precondition_required',
    );
    expectProblem(
      await stack.api.call('DELETE', path, undefined, { 'if-match': '"old"' }),
      412,
      'precondition_failed',
    );
    expect(
      (await stack.api.call('DELETE', path, undefined, { 'if-match': String(headers['etag']) })).status,
    ).toBe(200);
  });

  it('is not in force: of several numbers the pages list only those that are', async () => {
    const other = await otherProject(stack);
    const post = async (): Promise<string> =>
      (await other.call<Suppression>('POST', '/v1/suppressions', { phone: newPhone() })).body.id;
    const ids = [await post(), await post(), await post(), await post()];
    await other.call('DELETE', `/v1/suppressions/${ids[1] ?? ''}`);
    const first = (await other.call<Page>('GET', '/v1/suppressions?limit=2')).body;
    const rest = (await other.call<Page>('GET', `/v1/suppressions?limit=2&cursor=${first.next ?? ''}`)).body;
    expect([...first.suppressions, ...rest.suppressions].map(({ id }) => id)).toEqual([
      ids[3],
      ids[2],
      ids[0],
    ]);
    expect(rest.next).toBeNull();
  });
});
