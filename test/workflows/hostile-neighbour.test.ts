import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 40;
/** Beside other tests on two cores; an API that rendered would not answer before the template's end, which never comes. */
const QUICK_MS = 5_000;

/** Both pass the check: they use nothing but loops and texts. */
const HOSTILE = {
  'an endless loop':
    '{% for a in customer.list %}{% for b in customer.list %}{% for c in customer.list %}{% for d in customer.list %}' +
    '{{ "" }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}',
  'a memory bomb':
    '{% set kept = [] %}{% set x = "ab" %}{% for i in customer.list %}{% set x = (x ~ x) | upper %}' +
    '{% set kept = [kept, x] %}{% endfor %}{{ x }}',
};

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  const list = Array.from({ length: 1_000 }, (_, i) => i);
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS), { list });
});
afterAll(() => stack.stop());

/** A run of ordinary messages to its end. @returns the slowest answer of the API meanwhile, in milliseconds */
async function slowestAnswerDuring(name: string): Promise<number> {
  const runId = await stack.api.run(chain(name, NOW, mms('send', { text: 'Hello' })));
  let slowest = 0;
  const run = await eventually(async () => {
    const askedAt = performance.now();
    const now = await stack.api.readRun(runId);
    slowest = Math.max(slowest, performance.now() - askedAt);
    return now.state === 'finished' ? now : undefined;
  });
  expect(run.messages).toEqual({ delivered: CUSTOMERS });
  return slowest;
}

describe.each(Object.entries(HOSTILE))('a run whose template is %s', (what, text) => {
  it('stops at its own node, while another run goes on and the API stays quick', async () => {
    const hostileId = await stack.api.run(chain(`Hostile ${what}`, NOW, mms('send', { text })));
    expect(await slowestAnswerDuring(`Beside ${what}`)).toBeLessThan(QUICK_MS);
    const hostile = await eventually(async () => {
      const run = await stack.api.readRun(hostileId);
      return run.incidents.length > 0 ? run : undefined;
    });
    expect(hostile.incidents).toMatchObject([{ node_id: 'send', code: 'template_timeout' }]);
    expect(hostile.messages).toEqual({});
    await stack.api.call('POST', `/v1/runs/${hostileId}/cancel`);
    await stack.api.runEnd(hostileId);
  });
});
