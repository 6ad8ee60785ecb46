import type { SimulatedConnection } from './simulated-connection.ts';

export type ProcessName = 'worker 1' | 'worker 2' | 'pump' | 'api';

/** One life of a process of the engine: it can be frozen, and killed for good. */
export class SimulatedProcess {
  readonly name: ProcessName;
  state: 'running' | 'frozen' | 'dead' = 'running';
  readonly connections = new Set<SimulatedConnection>();
  /** Names of what it is doing. */
  readonly jobs: string[] = [];
  private mail: (() => void)[] = [];

  constructor(name: ProcessName) {
    this.name = name;
  }

  /** Brings an answer in: at once, when it wakes, or never. */
  deliver(answer: () => void): void {
    if (this.state === 'running') answer();
    if (this.state === 'frozen') this.mail.push(answer);
  }

  thaw(): void {
    this.state = 'running';
    const mail = this.mail;
    this.mail = [];
    for (const answer of mail) answer();
  }
}
