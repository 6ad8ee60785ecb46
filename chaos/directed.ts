import { setTimeout as pause } from 'node:timers/promises';
import { until } from './patience.ts';
import type { Rig } from './rig.ts';
import { countMessages, launchTo, readRun, type Customer } from './runs.ts';
import { numberInFlight, stopNumber, type Stop } from './stops.ts';
import { killWorkflow } from './workflow-faults.ts';
import { deliveredReport, reportPath } from './webhooks.ts';

const AREAS = [201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224];

/** Customers of one rehearsal with numbers `NPA-555-01NN`. */
function magic(rehearsal: string, digits: readonly number[]): readonly Customer[] {
  return digits.map((ending, index) => ({
    rehearsal,
    externalId: `${rehearsal}-${index}`,
    phone: `+1${AREAS[index % AREAS.length] ?? 201}55501${ending}`,
  }));
}

function ordinary(rehearsal: string, count: number, first: number): readonly Customer[] {
  return Array.from({ length: count }, (_, index) => ({
    rehearsal,
    externalId: `${rehearsal}-${index}`,
    phone: `+1${AREAS[index % AREAS.length] ?? 201}555${String(first + Math.floor(index / AREAS.length)).padStart(4, '0')}`,
  }));
}

/** A process that was frozen, from before to behind, milliseconds since the epoch. */
export interface Freeze {
  readonly from: number;
  readonly to: number;
}

export interface Directed {
  readonly runs: readonly string[];
  readonly stops: readonly Stop[];
  readonly freezes: readonly Freeze[];
}

type Rehearsal = (rig: Rig, directed: { runs: string[]; stops: Stop[]; freezes: Freeze[] }) => Promise<void>;

/** Freezes the first process that comes to a point of a run for so long. */
async function frozen(
  rig: Rig,
  point: 'after_claim' | 'before_write',
  ms: number,
  go: () => Promise<void>,
): Promise<Freeze> {
  const waiting = rig.freezeAt(point, 60_000);
  // It is waited for below; until then nobody else hears of its failure.
  waiting.catch(() => undefined);
  await go();
  const pid = await waiting;
  const from = Date.now();
  await pause(ms);
  process.kill(pid, 'SIGCONT');
  return { from, to: Date.now() };
}

/** One instance of every rare path, each brought about on purpose, each named after what it shows. */
const REHEARSALS: readonly {
  readonly name: string;
  readonly play: Rehearsal;
}[] = [
  {
    name: 'answers that are lost, late, missing or come twice',
    play: async (rig, { runs }) => {
      const endings = [54, 55, 56, 58, 59, 71, 72, 73, 65, 66, 67, 69, 69, 69, 69, 69, 69];
      const run = await launchTo(rig, magic('answers', endings));
      runs.push(run);
      // The next rehearsal has many messages in one call, and here each must have its own.
      await until('all calls', async () =>
        (await countMessages(rig, run)) === endings.length ? true : undefined,
      );
    },
  },
  {
    name: 'a receipt of nobody',
    play: async (rig) => {
      await rig.client.call(
        'POST',
        await reportPath(rig),
        deliveredReport('20261100-0000-8000-a000-000000000000'),
      );
    },
  },
  {
    name: 'a batch that is refused for one of its messages',
    play: async (rig, { runs }) => {
      await rig.query('UPDATE integration SET messages_per_call = 10');
      try {
        const customers = [...magic('batch', [70]), ...ordinary('batch-others', 5, 300)];
        const run = await launchTo(
          rig,
          customers.map((customer) => ({ ...customer, rehearsal: 'batch' })),
        );
        runs.push(run);
        await until(
          'calls of the batch',
          async () => (await readRun(rig, run)).messages['accepted'] ?? undefined,
        );
      } finally {
        await rig.query('UPDATE integration SET messages_per_call = 1');
      }
    },
  },
  {
    name: 'a worker that is frozen behind its claim',
    play: async (rig, { runs, freezes }) => {
      freezes.push(
        await frozen(rig, 'after_claim', 2_500, async () => {
          runs.push(await launchTo(rig, ordinary('frozen', 8, 310)));
        }),
      );
    },
  },
  {
    name: 'a worker that is frozen between its last check and the first byte, until its message has been repeated',
    play: async (rig, { runs, freezes }) => {
      freezes.push(
        await frozen(rig, 'before_write', 22_000, async () => {
          runs.push(await launchTo(rig, ordinary('zombie', 2, 320)));
        }),
      );
    },
  },
  {
    name: 'a worker that is killed behind its claim',
    play: async (rig, { runs }) => {
      const killed = rig.killAt('after_claim', 60_000);
      killed.catch(() => undefined);
      runs.push(await launchTo(rig, ordinary('claimed', 40, 330)));
      await killed;
    },
  },
  {
    name: 'an account that is refused',
    play: async (rig, { runs }) => {
      await rig.setFault({ kind: 'unauthorised', ms: 4_000 });
      runs.push(await launchTo(rig, ordinary('account', 4, 340)));
      await pause(4_000);
    },
  },
  {
    name: 'numbers that opt out while their message waits or is in doubt',
    play: async (rig, { runs, stops }) => {
      await rig.setFault({ kind: 'throttle', ms: 6_000 });
      const waiting = await launchTo(rig, ordinary('waiting', 4, 350));
      runs.push(waiting);
      const found = await until('a message that waits', () => numberInFlight(rig, waiting));
      stops.push(await stopNumber(rig, found.phone, found.state));
      await rig.setFault({ kind: 'throttle', ms: 0 });
      const [doubted] = magic('doubted', [56]);
      const run = await launchTo(rig, doubted ? [doubted] : []);
      runs.push(run);
      await until(
        'a message in doubt',
        async () => (await readRun(rig, run)).messages['unknown'] ?? undefined,
      );
      stops.push(await stopNumber(rig, doubted?.phone ?? '', 'unknown'));
    },
  },
  {
    name: 'a cohort that is terminated',
    play: async (rig, { runs }) => {
      const run = await launchTo(rig, ordinary('terminated', 4, 360));
      runs.push(run);
      await until('a claim', async () =>
        Object.keys((await readRun(rig, run)).messages).length > 0 ? true : undefined,
      );
      await killWorkflow(rig, run, 'terminate', 'cohort');
      await until('the pause of the run', async () =>
        (await readRun(rig, run)).state === 'paused' ? true : undefined,
      );
      await rig.client.call('POST', `/v1/runs/${run}/resume`, { reason: 'rehearsal' });
    },
  },
  {
    name: 'a template that does not come to an end',
    play: async (rig, { runs }) => {
      const nested = '{% for a in customer.list %}{% for b in customer.list %}{% for c in customer.list %}';
      const text = `${nested}{{ "" }}${'{% endfor %}'.repeat(3)}Hello`;
      const [one] = ordinary('endless', 1, 370);
      const customers = one ? [{ ...one, list: Array.from({ length: 1_000 }, (_, i) => i) }] : [];
      const run = await launchTo(rig, customers, text);
      runs.push(run);
      const incident = await until('the incident', async () => (await readRun(rig, run)).incidents[0]);
      await rig.client.call('POST', `/v1/runs/${run}/incidents/${incident.node_id}`, { action: 'exit' });
    },
  },
];

/** Plays every rehearsal; their runs end later, beside the tormented one. */
export async function playDirected(rig: Rig, say: (text: string) => void): Promise<Directed> {
  const directed = { runs: [] as string[], stops: [] as Stop[], freezes: [] as Freeze[] };
  for (const { name, play } of REHEARSALS) {
    say(`  ${name}`);
    await play(rig, directed);
  }
  return directed;
}
