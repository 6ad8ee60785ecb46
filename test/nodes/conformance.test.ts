import type { JsonObject } from '../../domain/json.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { NODE_BEHAVIOURS } from '../../nodes/runs.ts';
import { NODE_DEFINITIONS } from '../../nodes/types.ts';
import { nodeTypeKey } from '../../domain/node-kind.ts';
import { rulesOf } from '../../walk/rules.ts';
import { walkInterrupted, type InterruptedWalk } from '../support/interrupted-walk.ts';
import { FATES } from '../support/message-run.ts';
import { graphOf } from '../support/virtual-walk.ts';

const SIZE = 24;

/** Every node type in a configuration that makes it do all that it can; a new type needs a row. */
const CONFIGURATIONS: Readonly<Record<string, JsonObject>> = {
  'condition.v1': {},
  'exit.v1': { reason: 'done' },
  'mms.v1': { receiptDeadlineMs: 3_600_000 },
  'now.v1': {},
  'sms.v1': { receiptDeadlineMs: 3_600_000 },
  'wait.v1': { forMs: 7_200_000 },
};

/** While a call is under way, and at every turn after its answer. */
const MOMENTS = [undefined, ...Array.from({ length: 9 }, (_, turns) => turns)];

function walkThrough(
  typeKey: string,
  interruption?: { call: number; turnsAfter: number | undefined },
): ReturnType<typeof walkInterrupted> {
  const [type = ''] = typeKey.split('.');
  const definition = NODE_DEFINITIONS.find((one) => nodeTypeKey(one.type, one.version) === typeKey);
  const exits = (definition?.outlets ?? []).map((outlet) => [outlet, `to_${outlet}`] as const);
  // Members come to the node at four moments, so that it has several visits at once.
  const graph = graphOf({
    start: ['now', {}, { next: type === 'now' ? 'out' : 'split' }],
    split: ['condition', {}, { yes: 'early', no: 'late' }],
    early: ['wait', { forMs: 60_000 }, { next: 'node' }],
    late: ['wait', { forMs: 600_000 }, { next: 'node' }],
    node: [type, CONFIGURATIONS[typeKey] ?? {}, Object.fromEntries(exits)],
    ...Object.fromEntries(
      exits.map(([, exit]) => [exit, ['exit', { reason: exit }] as [string, JsonObject]]),
    ),
    out: ['exit', { reason: '' }],
  });
  return walkInterrupted({
    size: SIZE,
    graph,
    fateOf: (member) => FATES[member % FATES.length] ?? 'delivered',
    isMatching: (member) => member % 3 === 0,
    receiptAfterMs: (member) => member * 1_000,
    interruptions: interruption ? [interruption] : [],
  });
}

/** Who left which node how, and how long after the start. */
function story(host: InterruptedWalk): string {
  const rows = host.trace
    .filter(({ members }) => !MemberSet.fromHex(SIZE, members).isEmpty())
    .flatMap(({ nodeId, outcome, exit, members }) =>
      MemberSet.fromHex(SIZE, members)
        .indexes()
        .map((member) => `${member} ${nodeId} ${outcome} ${exit ?? ''}`),
    );
  return rows.sort().join('\n');
}

describe('the behaviours', () => {
  it('are all held to the contract', () => {
    expect(Object.keys(CONFIGURATIONS).sort()).toEqual([...NODE_BEHAVIOURS.keys()].sort());
  });
});

describe.each([...NODE_BEHAVIOURS.keys()])('node type %s', (typeKey) => {
  it('can be dropped at every call and yield: its members go the same ways, none is lost or late', async () => {
    const whole = await walkThrough(typeKey);
    expect(whole.done).toBe(true);
    const tookMs = whole.host.clock.now();
    const different: string[] = [];
    for (let call = 1; call <= whole.host.hostCalls; call += 1) {
      for (const turnsAfter of MOMENTS) {
        const { host, done } = await walkThrough(typeKey, { call, turnsAfter });
        if (done && story(host) === story(whole.host) && host.clock.now() <= tookMs + 60_000) continue;
        different.push(`interrupted at call ${call}, turn ${turnsAfter ?? 'under way'}`);
      }
    }
    expect(different).toEqual([]);
  });

  it('keeps little to remember, and can make one visit of two if it sleeps', async () => {
    const { host } = await walkThrough(typeKey);
    const states = host.records.flatMap(({ places }) => places.map(({ state }) => JSON.stringify(state)));
    expect(Math.max(0, ...states.map(({ length }) => length))).toBeLessThan(rulesOf(1).maxStateLength / 8);
    const sleeps = NODE_DEFINITIONS.some(
      (one) =>
        nodeTypeKey(one.type, one.version) === typeKey && ((one.waits ?? false) || one.kind === 'action'),
    );
    expect(NODE_BEHAVIOURS.get(typeKey)?.merge !== undefined).toBe(sleeps);
  });
});
