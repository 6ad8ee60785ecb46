import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from '../stack.ts';

const POLL_MS = 250;

/** Waits for a run's end. @throws Error when it needs an operator */
export async function untilFinished({ pool }: Pick<BenchStack, 'pool'>, runId: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ state: string; reason: string | null }>(
      'SELECT state, state_reason AS reason FROM run WHERE id = $1',
      [runId],
    );
    const [run] = rows;
    if (run?.state === 'finished') return;
    if (run?.state === 'paused' || run?.state === 'failed')
      throw new Error(`The run is ${run.state}: ${run.reason ?? 'for no reason'}`);
    await pause(POLL_MS);
  }
}
