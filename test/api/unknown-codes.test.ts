import { randomUUID } from 'node:crypto';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { accepted, claim, record } from '../support/ledger.ts';
import { post, report, reportPath, UNDELIVERED } from '../support/webhooks.ts';
import { TestStack } from '../support/test-stack.ts';

interface Detail {
  readonly unknownCodes: readonly {
    readonly code: string;
    readonly count: number;
    readonly lastSeenAt: string;
  }[];
}

/** EC_MSISDN_NOT_REGISTERED, which has a class; and a code that Infobip has never named. */
const KNOWN = 15_003;
const UNKNOWN = 777_777;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function integrationId(): Promise<string> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT id FROM integration WHERE project_id = $1 AND key = 'infobip'`,
    [stack.projectId],
  );
  return rows[0]?.id ?? '';
}

async function codesOf(): Promise<Detail['unknownCodes']> {
  return (await stack.api.call<Detail>('GET', `/v1/integrations/${await integrationId()}`)).body.unknownCodes;
}

/** A report of a failure, as Infobip posts it. */
function failure(id: number): object {
  const error = { groupId: 1, groupName: 'HANDSET_ERRORS', id, name: `EC_${id}`, permanent: true };
  return report(randomUUID(), { status: UNDELIVERED, error });
}

describe('a code of failures that no table knows', () => {
  it('is counted in reports, each once however often it is posted, and known ones and successes are not', async () => {
    expect(await codesOf()).toEqual([]);
    const url = stack.api.url + (await reportPath(stack));
    const before = Date.now();
    const failures = [failure(UNKNOWN), failure(UNKNOWN), failure(KNOWN), report(randomUUID())];
    for (const results of [failures, failures.slice(0, 1)]) expect(await post(url, { results })).toBe(200);
    const [unknown, ...others] = await codesOf();
    expect({ code: unknown?.code, count: unknown?.count, others }).toEqual({
      code: String(UNKNOWN),
      count: 2,
      others: [],
    });
    expect(Date.parse(unknown?.lastSeenAt ?? '')).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('is counted in calls that were refused with it', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(3) });
    const own = { ...run, integrationId: await integrationId() };
    const { token, claimed } = await claim(own);
    const [first, second, third] = claimed.map(({ id }) => id);
    const refused = (messageId = '', statusCode: string): Parameters<typeof record>[2][number] => ({
      ...{ kind: 'rejected', messageId, statusCode, error: 'No.', errorClass: 'permanent' },
    });
    await record(own, token, [refused(first, 'E888888')]);
    await record(own, token, [refused(second, '14')]);
    await record(own, token, [accepted(third ?? '')]);
    expect((await codesOf()).map(({ code, count }) => [code, count])).toEqual([
      ['E888888', 1],
      [String(UNKNOWN), 2],
    ]);
  });
});
