import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '../../chaos/client.ts';
import { countForged, FORGED_ID, postNonsense, type NonsensePosts } from '../../chaos/webhooks.ts';
import { launchRun } from '../support/launched-run.ts';
import { receiptOf, receive } from '../support/ledger.ts';
import { createTestDatabase } from '../support/test-database.ts';

const RIGHT = { right: '/webhooks/one/reports/mms/right', report: (id: string) => ({ id }) };

let server: Server;
let url: string;
/** What the API answers to each post, in order; the last one repeats. 0 cuts it off. */
let statuses: number[];
let posts: number;

beforeEach(async () => {
  posts = 0;
  server = createServer((request, response) => {
    const status = statuses[Math.min(posts, statuses.length - 1)] ?? 0;
    posts += 1;
    if (status === 0) request.socket.resetAndDestroy();
    else response.writeHead(status, { connection: 'close' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
});

const post = (patienceMs?: number): Promise<NonsensePosts> =>
  postNonsense(new Client(url, 'key'), RIGHT, patienceMs);

describe('webhooks that nobody should take', () => {
  it('are told apart by whether they were refused', async () => {
    statuses = [401, 413, 400];
    expect(await post()).toEqual({ refused: 3, taken: 0 });
    posts = 0;
    statuses = [200, 413, 200];
    expect(await post()).toEqual({ refused: 1, taken: 2 });
  });

  it('are posted again until the API can tell', async () => {
    statuses = [503, 401, 413, 503, 503, 400];
    expect(await post()).toEqual({ refused: 3, taken: 0 });
    expect(posts).toBe(6);
  });

  it('are refused by a connection that is cut off only when they are far too large', async () => {
    statuses = [0];
    expect(await post(0)).toEqual({ refused: 1, taken: 0 });
  });

  it('are not refused by an API that is dead, and wait until it lives', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    expect(await post(0)).toEqual({ refused: 0, taken: 0 });

    statuses = [401, 413, 400];
    const client = new Client(url, 'key');
    let tries = 0;
    const reviving: Pick<Client, 'once'> = {
      once: (...call) => {
        tries += 1;
        if (tries === 2) server.listen(port, '127.0.0.1');
        return client.once(...call);
      },
    };
    expect(await postNonsense(reviving, RIGHT)).toEqual({ refused: 3, taken: 0 });
    expect(tries).toBeGreaterThan(3);
  });
});

describe('the inbox', () => {
  it('has a forged report only when one was stored, however it was answered', async () => {
    const database = await createTestDatabase();
    try {
      const run = await launchRun(database.pool);
      await receive(run, receiptOf('20261100-0000-8000-a000-000000000000', 'delivered'));
      expect(await countForged(database.pool)).toBe(0);
      await receive(run, receiptOf(FORGED_ID, 'delivered'));
      expect(await countForged(database.pool)).toBe(1);
    } finally {
      await database.drop();
    }
  });
});
