import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { Child } from '../child.ts';
import { freePort } from '../free-port.ts';
import { ProcessWatch, type ProcessUse } from '../processes.ts';
import { rateOf } from '../rate.ts';
import { foreignVariables } from '../stack.ts';
import { WARM_UP } from '../warm-up.ts';
import type { BareAnswer, BareJob } from './job.ts';

/** Calls under way at once, of which the best counts; the engine's own limit is the last. */
const SETTINGS = [32, 64, 128];
const API_KEY = 'bench';

export interface BareFigures {
  readonly messages: number;
  readonly messages_per_call: number;
  readonly messages_per_second: number;
  /** By how many calls were under way at once. */
  readonly by_calls: Readonly<Record<number, number>>;
  readonly processes: Readonly<Record<string, ProcessUse>>;
}

export interface BareOptions {
  readonly messages: number;
  readonly messagesPerCall: number;
  /** Most delivery reports of one callback. */
  readonly reportsPerCallback: number;
}

/** Measures the bare loop against a simulator of its own, while nothing else of ours runs. */
export async function runBare(home: string, options: BareOptions): Promise<BareFigures> {
  const { messages, messagesPerCall, reportsPerCallback } = options;
  const own = path.join(home, `bare-${messagesPerCall}-${reportsPerCallback}`);
  await mkdir(own, { recursive: true });
  const port = await freePort();
  const simulator = new Child('simulators/main.ts', {
    ...foreignVariables(),
    TIDINGS_HOME: own,
    SIMULATOR_PORT: String(port),
    SIMULATOR_REPORT_DELAY_MS: '0',
    SIMULATOR_LATENCY_MS: '0',
    SIMULATOR_REPORTS_PER_POST: String(reportsPerCallback),
    INFOBIP_API_KEY: API_KEY,
    LOG_LEVEL: 'warn',
  });
  const loop = new Child('bench/bare/main.ts', foreignVariables());
  try {
    await Promise.all([simulator.message(), loop.message()]);
    const watch = new ProcessWatch({ simulator: simulator.pid, bare: loop.pid });
    const measure = async (calls: number, count: number): Promise<number> => {
      const job = {
        messages: count,
        messagesPerCall,
        calls,
        apiKey: API_KEY,
        baseUrl: `http://127.0.0.1:${port}`,
      };
      const { firstCallAt, lastCallbackAt, refused } = await loop.ask<BareAnswer>(job satisfies BareJob);
      if (refused > 0) throw new Error(`The simulator refused ${refused} messages of the bare loop.`);
      return rateOf(count, lastCallbackAt - firstCallAt);
    };
    await measure(Math.max(...SETTINGS), Math.min(WARM_UP, messages));
    await watch.start();
    const rates: Record<number, number> = {};
    for (const calls of SETTINGS) rates[calls] = await measure(calls, messages);
    return {
      messages,
      messages_per_call: messagesPerCall,
      messages_per_second: Math.max(...Object.values(rates)),
      by_calls: rates,
      processes: await watch.read(),
    };
  } finally {
    await loop.stop();
    await simulator.stop();
  }
}
