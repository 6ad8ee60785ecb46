import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

const JOINED = { text: 'You like {{ customer.likes | join(", ") }}' };

describe('a template', () => {
  it('that fails for one customer keeps that one in, by name, and nobody else', async () => {
    await stack.api.importConsenting(ordinaryPhones(20), { likes: ['tea', 'ships'] });
    await stack.api.call('PATCH', '/v1/customers/c-3', { attributes: { likes: 7 } });
    const run = await stack.api.runEnd(await stack.api.run(chain('Likes', NOW, mms('send', JOINED))));
    expect(run.messages).toEqual({ delivered: 19 });
    expect(run.suppressed).toEqual({ template_error: 1 });
  });

  it('that gives nothing keeps the customer in as well', async () => {
    const empty = { text: '{% if customer.externalId == "c-1" %}only you{% endif %}' };
    const run = await stack.api.runEnd(await stack.api.run(chain('Empty', NOW, mms('send', empty))));
    expect(run.messages).toEqual({ delivered: 1 });
    expect(run.suppressed).toEqual({ empty_message: 19 });
  });

  it('that fails for most customers stops its node, and the run says why', async () => {
    await stack.api.importConsenting(ordinaryPhones(150, 'd'), { likes: 7 });
    const runId = await stack.api.run(chain('Broken', NOW, mms('send', JOINED)));
    const run = await eventually(async () => {
      const now = await stack.api.readRun(runId);
      return now.incidents.length > 0 ? now : undefined;
    });
    expect(run.incidents).toMatchObject([{ node_id: 'send', code: 'template_failing' }]);
    expect(run.messages).toEqual({});
    await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
    expect((await stack.api.runEnd(runId)).nodes.at(-1)?.outcomes).toEqual({ exited: 170 });
  });
});

describe('an audience of nobody', () => {
  it('ends its run at once with a reason', async () => {
    const nobody = {
      id: 'start',
      type: 'now',
      config: { audience: { attribute: 'city', op: 'eq', value: 'Nowhere' } },
    };
    const run = await stack.api.runEnd(await stack.api.run(chain('Nobody', nobody, mms('send'))));
    expect(run).toMatchObject({ state: 'finished', stateReason: 'empty_audience', audience: 0 });
  });
});
