import { PermanentError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MemberSet } from '../domain/member-set.ts';
import type { NodeContext, Visit } from '../domain/node-run.ts';
import type { WalkNode } from '../domain/walk-graph.ts';
import { roundedDeadline } from './deadline.ts';
import type { Place } from './place.ts';
import type { RunningVisit } from './running-visit.ts';
import type { Walk } from './walk.ts';

/** What a behaviour sees of its visit. */
export function viewOf(place: Place, node: WalkNode): Visit<JsonObject, JsonObject> {
  return {
    nodeId: place.nodeId,
    pass: place.pass,
    config: node.config,
    openedAt: place.openedAt,
    wired: Object.keys(node.outlets),
    state: place.state,
    get members() {
      return place.members;
    },
  };
}

/** What a behaviour may do; a call that an interruption overtakes never comes back. */
export function contextOf(walk: Walk, run: RunningVisit, node: WalkNode): NodeContext {
  const { host, timings, cohortId, rules } = walk.options;
  const { place } = run;

  const sleep = (instantMs: number, wantsReceipts: boolean): Promise<MemberSet> => {
    if (walk.draining) return forever();
    assertBounded(place, rules.maxStateLength);
    run.hinted = walk.nobody();
    if (wantsReceipts) {
      const hinted = walk.hints.take(place.nodeId, place.pass, place.members);
      run.hinted = hinted;
      if (!hinted.isEmpty()) return Promise.resolve(hinted);
    }
    return new Promise((resolve) => {
      run.status = 'asleep';
      run.wakeAt = instantMs;
      run.wantsReceipts = wantsReceipts;
      run.wake = (hinted) => {
        if (walk.draining) return;
        run.status = 'busy';
        run.hinted = hinted;
        resolve(hinted);
      };
      walk.changed = true;
    });
  };

  return {
    timings,
    now: () => host.now(),
    deadline: (durationMs) => roundedDeadline(host.now(), durationMs, timings.rounding),
    sleepUntil: async (instantMs) => {
      while (host.now() < instantMs) await sleep(instantMs, false);
    },
    receiptsUntil: (instantMs) =>
      host.now() >= instantMs ? Promise.resolve(walk.nobody()) : sleep(instantMs, true),
    awaitReceipts: (members, deadline) => {
      const open = members.minus(walk.hints.take(place.nodeId, place.pass, members));
      walk.awaited.add({ nodeId: place.nodeId, pass: place.pass, deadline, members: open });
    },
    effect: async (effect, members, input) => {
      if (walk.draining) return forever();
      const scope = { cohortId, nodeId: place.nodeId, pass: place.pass, members: members.toHex() };
      walk.inFlight += 1;
      try {
        const answer = await host.effect(
          effect,
          scope,
          input,
          `${node.label} · ${effect.verb} ${members.count()}`,
        );
        if (answer.halted !== undefined) {
          walk.halt(answer.halted);
        } else if (!walk.isDraining()) {
          // The effect's reference states what its activity answers; the activities' table is typed by the same refs.
          return answer.value as ReturnType<NonNullable<typeof effect.types>>;
        }
      } finally {
        walk.inFlight -= 1;
        walk.changed = true;
      }
      return forever();
    },
  };
}

function assertBounded({ nodeId, state }: Place, most: number): void {
  const { length } = JSON.stringify(state);
  if (length <= most) return;
  throw new PermanentError(
    'state_too_large',
    `Node "${nodeId}" remembers ${length} characters; ${most} are allowed.`,
  );
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
