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
export const BARE_SETTINGS: readonly number[] = [32, 64, 128];
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

/** The bare loop, with a simulator of its own. */
export class BareLoop {
  private readonly options: BareOptions;
  private readonly port: number;
  private readonly simulator: Child;
  private readonly loop: Child;
  private readonly watch: ProcessWatch;
  private readonly rates: Record<number, number> = {};

  private constructor(options: BareOptions, port: number, simulator: Child, loop: Child) {
    this.options = options;
    this.port = port;
    this.simulator = simulator;
    this.loop = loop;
    this.watch = new ProcessWatch({ simulator: simulator.pid, bare: loop.pid });
  }

  /** Its processes are warm then. */
  static async start(home: string, options: BareOptions): Promise<BareLoop> {
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
      // Nobody serves the file here that its messages name.
      SIMULATOR_CHECKS_MEDIA: 'false',
      INFOBIP_API_KEY: API_KEY,
      LOG_LEVEL: 'warn',
    });
    const loop = new Child('bench/bare/main.ts', foreignVariables());
    const bare = new BareLoop(options, port, simulator, loop);
    await Promise.all([simulator.message(), loop.message()]);
    await bare.run(Math.max(...BARE_SETTINGS), Math.min(WARM_UP, messages));
    await bare.watch.start();
    return bare;
  }

  /** Sends all messages with so many calls under way at once. */
  async measure(calls: number): Promise<void> {
    this.rates[calls] = await this.run(calls, this.options.messages);
  }

  /** Of the settings that were measured. */
  async figures(): Promise<BareFigures> {
    return {
      messages: this.options.messages,
      messages_per_call: this.options.messagesPerCall,
      messages_per_second: Math.max(...Object.values(this.rates)),
      by_calls: this.rates,
      processes: await this.watch.read(),
    };
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.simulator.stop();
  }

  private async run(calls: number, messages: number): Promise<number> {
    const { messagesPerCall } = this.options;
    const job = {
      messages,
      messagesPerCall,
      calls,
      apiKey: API_KEY,
      baseUrl: `http://127.0.0.1:${this.port}`,
    };
    const { firstCallAt, lastCallbackAt, refused } = await this.loop.ask<BareAnswer>(job satisfies BareJob);
    if (refused > 0) throw new Error(`The simulator refused ${refused} messages of the bare loop.`);
    return rateOf(messages, lastCallbackAt - firstCallAt);
  }
}
