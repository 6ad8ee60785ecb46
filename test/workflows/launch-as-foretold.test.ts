import { randomUUID } from 'node:crypto';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Foretold {
  readonly audience: number;
  readonly eligible: number;
  readonly suppressed: Readonly<Record<string, number>>;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ mode: 'allow-list', testNumbers: ['+12125550201', '+12125550202'] });
});
afterAll(() => stack.stop());

describe('a run', () => {
  it('does what its dry run has told, and one that leaves out its recipients goes to the others', async () => {
    const { api } = stack;
    await api.importConsenting({
      ana: '+12125550201',
      'ana-again': '+12125550201',
      bo: '+12125550202',
      cy: '+12125550203',
    });
    await api.importNdjson([{ externalId: 'di', phone: '+12125550202' }, { externalId: 'ed' }]);
    const scenarioId = await api.createScenario(chain('Foretold', NOW, mms('send', { text: 'Hi' })));
    const path = `/v1/scenarios/${scenarioId}/launch`;
    const launch = async (body: object): Promise<string> => {
      const answer = await api.call<{ id: string }>('POST', path, body, { 'idempotency-key': randomUUID() });
      expect(answer.status).toBe(202);
      return answer.body.id;
    };
    const foretell = async (body: object): Promise<Foretold> =>
      (await api.call<Foretold>('POST', path, { dryRun: true, ...body })).body;

    const foretold = await foretell({});
    expect(foretold).toMatchObject({
      audience: 6,
      eligible: 2,
      suppressed: { duplicate_number: 1, no_consent: 1, no_number: 1, not_in_allow_list: 1 },
    });
    const first = await api.runEnd(await launch({ expectedAudience: 6 }));
    expect(first.audience).toBe(foretold.audience);
    expect(first.suppressed).toEqual(foretold.suppressed);
    expect(first.messages).toEqual({ delivered: foretold.eligible });

    const rest = { excludeRuns: [first.id] };
    expect(await foretell(rest)).toMatchObject({ audience: 2, eligible: 0 });
    const second = await api.runEnd(await launch(rest));
    expect(second.audience).toBe(2);
    expect([first.excludeRuns, second.excludeRuns]).toEqual([[], [first.id]]);
    expect(second.suppressed).toEqual({ no_number: 1, not_in_allow_list: 1 });
  });
});
