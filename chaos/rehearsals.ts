import { setTimeout as pause } from 'node:timers/promises';
import type { RarePath } from '../domain/rare-path.ts';
import type { Stage } from './directed.ts';
import { freezeUntil } from './freezes.ts';
import { until } from './patience.ts';
import { magic, ordinary } from './rehearsal-customers.ts';
import { countInStates, countMessages, readRun } from './runs.ts';
import { numberInFlight } from './stops.ts';
import { killWorkflow } from './workflow-faults.ts';
import { reportPath } from './webhooks.ts';

const POINT_MS = 60_000;
/** States of messages of which nobody knows yet whether the provider took them, and of those that somebody has claimed. */
const OPEN = ['queued', 'submitting', 'unknown'];
const CLAIMED = ['queued', 'submitting'];

/** Something brought about on purpose, named after what it shows. */
export interface Rehearsal {
  readonly name: string;
  /** Rare paths that it leads along. */
  readonly brings: readonly RarePath[];
  /** The one that it is about: it is left out where the vendor's capabilities rule that out. */
  readonly needs?: RarePath;
  readonly play: (stage: Stage) => Promise<void>;
}

/** One instance of every rare path. */
export const REHEARSALS: readonly Rehearsal[] = [
  {
    name: 'answers that are lost, late, missing or come twice',
    brings: [
      'unknown',
      'found_by_lookup',
      'proven_by_receipt',
      'same_id_repeat',
      'duplicate_id_answer',
      'early_receipt',
      'missing_entry',
    ],
    play: async (stage) => {
      const endings = [54, 55, 56, 58, 59, 71, 72, 73, 65, 66, 67, 74, 74, 69, 69, 69, 69, 69, 69];
      // What may be known of a message differs from channel to channel where each has a provider of its own.
      const channels = stage.rig.vendor.providers.length > 1 ? (['mms', 'sms'] as const) : (['mms'] as const);
      for (const channel of channels) {
        const run = await stage.launch(`answers-${channel}`, magic(stage.time, endings), { channel });
        // The next rehearsal has many messages in one call, and here each must have its own.
        await until('all calls', async () =>
          (await countMessages(stage.rig, run)) === endings.length ? true : undefined,
        );
      }
    },
  },
  {
    name: 'a receipt of nobody',
    brings: ['orphan_receipt'],
    play: async ({ rig, time }) => {
      const nobody = `20261100-0000-8000-a000-${String(time).padStart(12, '0')}`;
      await rig.client.call('POST', await reportPath(rig), rig.vendor.deliveredReport(nobody));
    },
  },
  {
    name: 'a batch that is refused for one of its messages',
    brings: ['batch_split'],
    needs: 'batch_split',
    play: async (stage) => {
      const { rig, time } = stage;
      await rig.query('UPDATE integration SET messages_per_call = 10');
      try {
        const run = await stage.launch('batch', [...magic(time, [70]), ...ordinary(time, 5, 300)]);
        await until('calls of the batch', async () => (await readRun(rig, run)).messages['accepted']);
      } finally {
        await rig.query('UPDATE integration SET messages_per_call = 1');
      }
    },
  },
  {
    name: 'a worker that is frozen behind its claim',
    brings: ['late_call_dropped'],
    play: async (stage) => {
      const freeze = freezeUntil(stage.rig, 'after_claim', POINT_MS, () => pause(2_500));
      const launched = (): Promise<string> => stage.launch('frozen', ordinary(stage.time, 8, 310));
      stage.freezes.push(await stage.beside(freeze, launched));
    },
  },
  {
    name: 'a worker that is frozen between its last check and the first byte, until others have settled its message',
    brings: ['zombie_fenced', 'same_id_repeat', 'unknown'],
    play: async (stage) => {
      const runs: string[] = [];
      // Where nothing is repeated, all that the others can do is to call it in doubt.
      const states = stage.rig.vendor.repeats ? OPEN : CLAIMED;
      const settled = (): Promise<unknown> =>
        until(
          'what others do',
          async () => ((await countInStates(stage.rig, runs, states)) === 0 ? true : undefined),
          30_000,
        );
      const freeze = freezeUntil(stage.rig, 'before_write', POINT_MS, () => settled().catch(() => undefined));
      const launched = async (): Promise<unknown> =>
        runs.push(await stage.launch('zombie', ordinary(stage.time, 2, 320)));
      stage.freezes.push(await stage.beside(freeze, launched));
    },
  },
  {
    name: 'a worker that is killed behind its claim',
    brings: ['foreign_token'],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_claim', POINT_MS);
      await stage.beside(killed, () => stage.launch('claimed', ordinary(stage.time, 40, 330)));
    },
  },
  {
    name: 'a pump that is killed when it has handed a run to Temporal and has not said so yet',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_relay', POINT_MS);
      await stage.beside(killed, () => stage.launch('relayed', ordinary(stage.time, 2, 380)));
    },
  },
  {
    name: 'an API that is killed when a launch is committed, and is asked again',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_launch', POINT_MS);
      await stage.beside(killed, () => stage.launch('unanswered', ordinary(stage.time, 2, 390)));
    },
  },
  {
    name: 'a worker that is killed when it has frozen the audience',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_freeze', POINT_MS);
      await stage.beside(killed, () => stage.launch('admitted', ordinary(stage.time, 2, 400)));
    },
  },
  {
    name: 'a worker that is killed when it has ended a cohort',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_finish', POINT_MS);
      await stage.beside(killed, () => stage.launch('ended', ordinary(stage.time, 2, 410)));
    },
  },
  {
    name: 'a pump that is killed behind the claim of a repeat',
    brings: ['unknown'],
    needs: 'same_id_repeat',
    play: async (stage) => {
      const killed = stage.rig.killAt('after_repeat_claim', POINT_MS);
      await stage.beside(killed, () => stage.launch('repeated', magic(stage.time + 8, [56])));
    },
  },
  {
    name: 'a pump that is killed when it has taken MMS that could not be taken, for SMS in their place',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('after_fallback_take', POINT_MS);
      const customers = magic(stage.time, [60, 61, 60]);
      await stage.beside(killed, () => stage.launch('replaced', customers, { fallback: 'No picture.' }));
    },
  },
  {
    name: 'a pump that is killed when it has sent SMS in place of MMS, and has not said so yet',
    brings: [],
    play: async (stage) => {
      const killed = stage.rig.killAt('before_fallback_settle', POINT_MS);
      const customers = magic(stage.time + 6, [61, 60, 61]);
      await stage.beside(killed, () => stage.launch('unsettled', customers, { fallback: 'No picture.' }));
    },
  },
  {
    name: 'numbers that opt out while their message waits or is in doubt',
    brings: ['stop_blocked', 'repeat_gated'],
    play: async (stage) => {
      const { rig, time } = stage;
      await rig.setFault({ kind: 'throttle', ms: 6_000 });
      const waiting = await stage.launch('waiting', ordinary(time, 4, 350));
      await stage.stop(await until('a message that waits', () => numberInFlight(rig, waiting, ['queued'])));
      await rig.setFault({ kind: 'throttle', ms: 0 });
      const doubted = magic(time, [56]);
      const run = await stage.launch('doubted', doubted);
      await until('a message in doubt', async () => (await readRun(rig, run)).messages['unknown']);
      for (const { phone } of doubted) await stage.stop(phone);
    },
  },
  {
    name: 'a cohort that is terminated',
    brings: ['restarted_from_database'],
    play: async (stage) => {
      const { rig } = stage;
      const run = await stage.launch('terminated', ordinary(stage.time, 4, 360));
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
    brings: ['render_killed'],
    play: async (stage) => {
      const { rig, time } = stage;
      const nested = '{% for a in customer.list %}{% for b in customer.list %}{% for c in customer.list %}';
      const text = `${nested}{{ "" }}${'{% endfor %}'.repeat(3)}Hello`;
      const list = Array.from({ length: 1_000 }, (_, i) => i);
      const customers = ordinary(time, 1, 370).map((customer) => ({ ...customer, list }));
      const run = await stage.launch('endless', customers, { text });
      const incident = await until('the incident', async () => (await readRun(rig, run)).incidents[0]);
      await rig.client.call('POST', `/v1/runs/${run}/incidents/${incident.node_id}`, { action: 'exit' });
    },
  },
  {
    // The last one: its breaker keeps everybody else waiting.
    name: 'an account that is refused',
    brings: ['breaker_open'],
    play: async (stage) => {
      await stage.rig.setFault({ kind: 'unauthorised', ms: 1_500 });
      const run = await stage.launch('account', ordinary(stage.time, 4, 340));
      await until('the end of the trouble', async () => (await readRun(stage.rig, run)).messages['accepted']);
    },
  },
];
