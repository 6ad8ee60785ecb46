import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiServer } from '../../api/server.ts';
import type { CrashPoint } from '../../domain/crash-point.ts';
import { RenderPool } from '../../templates/render-pool.ts';
import { Api } from '../support/api.ts';
import { launchRun } from '../support/launched-run.ts';
import { testRegistry } from '../support/credentials.ts';
import { TestStack } from '../support/test-stack.ts';
import { inbox, post, report, reportPath } from '../support/webhooks.ts';

let stack: TestStack;
let server: Server;
let url: string;
/** Where the API dies. */
let point: CrashPoint | undefined;

/** An API that dies at a point: what it was about to do is left undone. */
beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const providers = testRegistry(stack.config.publicUrl);
  const reach = (reached: CrashPoint): void => {
    if (reached === point) throw new Error('It has died.');
  };
  server = createApiServer({ ...stack.importDependencies(), providers, renderPool: new RenderPool(), reach });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await stack.stop();
});

describe('an API that dies', () => {
  it.each<[CrashPoint, string, object]>([
    ['before_receipts', 'before it has stored reports: they are not there', {}],
    ['after_receipts', 'before it has answered for reports: they are there', { one: ['delivered'] }],
  ])('at %s, does so %s, and the provider posts them again', async (where, _what, stored) => {
    await stack.database.pool.query('DELETE FROM receipt');
    const address = url + (await reportPath(stack));
    const webhook = { results: [report('one')] };
    point = where;
    expect(await post(address, webhook)).toBe(503);
    expect(await inbox(stack)).toEqual(stored);
    point = undefined;
    expect(await post(address, webhook)).toBe(200);
    expect(await inbox(stack)).toEqual({ one: ['delivered'] });
  });

  it('at after_suppression, does so when the opt-out holds, and keeps its instant when it is repeated', async () => {
    const run = await launchRun(stack.database.pool);
    const phone = run.members[0]?.phone ?? '';
    const api = new Api(url, stack.api.key);
    const optedOutAt = async (): Promise<Date | null | undefined> => {
      const { rows } = await run.pool.query<{ opted_out_at: Date | null }>(
        'SELECT opted_out_at FROM recipient WHERE id = $1',
        [run.members[0]?.recipientId],
      );
      return rows[0]?.opted_out_at;
    };
    point = 'after_suppression';
    expect((await api.call('POST', '/v1/suppressions', { phone })).status).toBe(500);
    const before = await optedOutAt();
    expect(before).toBeInstanceOf(Date);
    point = undefined;
    expect((await api.call('POST', '/v1/suppressions', { phone })).status).toBe(200);
    expect(await optedOutAt()).toEqual(before);
  });
});
