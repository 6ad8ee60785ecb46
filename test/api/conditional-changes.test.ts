import { eventually } from '../support/eventually.ts';
import { importNdjson } from '../support/import.ts';
import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

interface Change {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

async function tagOf(path: string): Promise<string> {
  return String((await stack.api.call('GET', path)).headers['etag']);
}

const change = ({ method, path, body }: Change, ifMatch: string): ReturnType<typeof stack.api.call> =>
  stack.api.call(method, path, body, { 'if-match': ifMatch });

/** One change of every resource that can be changed, and where the resource is read. */
const RESOURCES: readonly [name: string, make: () => Promise<Change & { readonly read: string }>][] = [
  [
    'a scenario',
    async () => {
      const path = `/v1/scenarios/${await stack.api.createScenario(chain('Tagged', NOW, mms('send')))}`;
      return { method: 'PUT', path, body: chain('Changed', NOW, mms('send')), read: path };
    },
  ],
  [
    'a customer to be changed',
    async () => {
      await importNdjson(stack.api, { externalId: 'patched', phone: '+12125550200', vip: false });
      const path = '/v1/customers/patched';
      const body = { attributes: { vip: true, seen: Date.now() } };
      return { method: 'PATCH', path, body, read: path };
    },
  ],
  [
    'a customer to be erased',
    async () => {
      await importNdjson(stack.api, { externalId: 'erased', phone: '+12125550201' });
      return { method: 'DELETE', path: '/v1/customers/erased', read: '/v1/customers/erased' };
    },
  ],
  [
    'a contact card',
    async () => {
      const card = { formattedName: 'Acme Support' };
      await stack.api.call('POST', '/v1/contact-cards', { key: 'support', ...card });
      const path = '/v1/contact-cards/support';
      return { method: 'PUT', path, body: { ...card, note: `It is ${Date.now()}` }, read: path };
    },
  ],
  [
    'a contact card to be removed',
    async () => {
      await stack.api.call('POST', '/v1/contact-cards', { key: 'removed', formattedName: 'Acme' });
      return { method: 'DELETE', path: '/v1/contact-cards/removed', read: '/v1/contact-cards/removed' };
    },
  ],
  [
    'a hold to be set',
    () => {
      const body = { scope: 'project', reason: `the offer is wrong, ${Date.now()}` };
      return Promise.resolve({ method: 'PUT', path: '/v1/holds', body, read: '/v1/holds' });
    },
  ],
  [
    'a hold to be lifted',
    () => Promise.resolve({ method: 'DELETE', path: '/v1/holds?scope=project', read: '/v1/holds' }),
  ],
];

describe.each(RESOURCES)('%s', (_name, make) => {
  it('is not changed by a request that does not say what it changes', async () => {
    const wanted = await make();
    const before = await tagOf(wanted.read);
    const refused = expectProblem(await change(wanted, ''), 428, 'precondition_required');
    expect(refused.detail).toContain('If-Match');
    expect(await tagOf(wanted.read)).toBe(before);
  });

  it('is not changed by somebody who read it before another change', async () => {
    const wanted = await make();
    const before = await tagOf(wanted.read);
    for (const stale of ['"stale"', '"one", "two"', `W/${before}`]) {
      const refused = await change(wanted, stale);
      const { detail } = expectProblem(refused, 412, 'precondition_failed');
      expect(detail.includes('weak tag')).toBe(stale.startsWith('W/'));
      expect(refused.headers['etag']).toBe(before);
    }
    expect(await tagOf(wanted.read)).toBe(before);
  });

  it('is changed by somebody who names what was read, and has another tag then', async () => {
    const wanted = await make();
    const before = await tagOf(wanted.read);
    expect(before).toMatch(/^"[^"]+"$/);
    expect(await tagOf(wanted.read)).toBe(before);
    expect((await change(wanted, `"other", ${before}`)).status).toBeLessThan(300);
    const after = await stack.api.call('GET', wanted.read);
    expect(after.headers['etag']).not.toBe(before);
  });

  it('is refused with a malformed If-Match', async () => {
    const wanted = await make();
    for (const wrong of ['7', '"open', '*, "7"'])
      expectProblem(await change(wanted, wrong), 400, 'bad_header');
  });
});

describe('of ten changes that start from the same state', () => {
  const statuses = (answers: readonly { readonly status: number }[]): readonly number[] =>
    answers.map(({ status }) => status).sort((a, b) => a - b);
  const ONE_WINS = [200, ...Array.from({ length: 9 }, () => 412)];

  it('one reaches the scenario', async () => {
    const path = `/v1/scenarios/${await stack.api.createScenario(chain('Ten', NOW))}`;
    const tag = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        change({ method: 'PUT', path, body: chain(`Edit ${i}`, NOW) }, tag),
      ),
    );
    expect(statuses(answers)).toEqual(ONE_WINS);
    const winner = answers.find(({ status }) => status === 200);
    expect((await stack.api.call('GET', path)).body).toEqual(winner?.body);
    expect(await tagOf(path)).toBe(winner?.headers['etag']);
  });

  it('one reaches the customer', async () => {
    await importNdjson(stack.api, { externalId: 'ten', phone: '+12125550202' });
    const path = '/v1/customers/ten';
    const tag = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, edit) =>
        change({ method: 'PATCH', path, body: { attributes: { edit } } }, tag),
      ),
    );
    expect(statuses(answers)).toEqual(ONE_WINS);
    const winner = answers.find(({ status }) => status === 200);
    expect((await stack.api.call('GET', path)).body).toEqual(winner?.body);
  });
});

describe('a launch', () => {
  it('is made of the draft that was read, or not at all', async () => {
    const id = await stack.api.createScenario(chain('Read', NOW, mms('send')));
    const launchOf = (tag: string, key: string): ReturnType<typeof stack.api.call> =>
      stack.api.call('POST', `/v1/scenarios/${id}/launch`, undefined, {
        'if-match': tag,
        'idempotency-key': key,
      });
    const tag = await tagOf(`/v1/scenarios/${id}`);
    await stack.api.call('PUT', `/v1/scenarios/${id}`, chain('Changed', NOW, mms('send')));
    expectProblem(await launchOf(tag, 'stale-1'), 412, 'precondition_failed');
    expect((await launchOf(await tagOf(`/v1/scenarios/${id}`), 'fresh-1')).status).toBe(202);
  });

  it('and an archiving at the same moment happen one after the other', async () => {
    const id = await stack.api.createScenario(chain('Raced', NOW, mms('send')));
    const blocker = await stack.database.pool.connect();
    try {
      // The launch has looked at the draft and waits to store its version.
      await blocker.query('BEGIN; LOCK TABLE scenario_version IN SHARE ROW EXCLUSIVE MODE');
      const launched = stack.api.launch(id, 'raced-1');
      await eventually(async () => {
        const { rowCount } = await stack.database.pool.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO scenario_version%'`,
        );
        return rowCount === 1 ? true : undefined;
      });
      const archived = stack.api.call<{ archivedAt: string }>('POST', `/v1/scenarios/${id}/archive`);
      await eventually(async () => {
        const { rowCount } = await stack.database.pool.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%'`,
        );
        return rowCount === 1 ? true : undefined;
      });
      await blocker.query('COMMIT');
      expect((await launched).status).toBe(202);
      const requested = (await launched).body as unknown as { requestedAt: string };
      expect((await archived).body.archivedAt >= requested.requestedAt).toBe(true);
    } finally {
      blocker.release(true);
    }
  });
});

describe('an operation that does not look at If-Match', () => {
  it('says so instead of passing over it', async () => {
    const id = await stack.api.createScenario(chain('Cloned', NOW));
    const answer = await stack.api.call('POST', `/v1/scenarios/${id}/clone`, undefined, {
      'if-match': '"1"',
    });
    expectProblem(answer, 400, 'bad_header');
  });
});

describe("a customer's tag", () => {
  it('changes with an import and with an opt-out of the number', async () => {
    const path = '/v1/customers/told';
    await stack.api.importConsenting({ told: '+12125550203' });
    const first = await tagOf(path);
    await stack.api.importConsenting({ told: '+12125550203' }, { vip: true });
    const second = await tagOf(path);
    await stack.database.pool.query(
      `UPDATE recipient SET opted_out_at = now() FROM customer
       WHERE customer.recipient_id = recipient.id AND customer.external_id = 'told'`,
    );
    expect(new Set([first, second, await tagOf(path)]).size).toBe(3);
    const late = { method: 'PATCH', path, body: { language: 'fr' } };
    expectProblem(await change(late, second), 412, 'precondition_failed');
  });
});

describe('what nobody has changed', () => {
  it('is not sent again to those who name its tag', async () => {
    const id = await stack.api.createScenario(chain('Cached', NOW));
    const path = `/v1/scenarios/${id}`;
    const answer = await stack.api.call('GET', path, undefined, { 'if-none-match': await tagOf(path) });
    expect([answer.status, answer.text]).toEqual([304, '']);
  });
});
