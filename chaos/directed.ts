import type { Freeze } from './freezes.ts';
import { Impatience } from './patience.ts';
import { countRarePaths } from './rare-paths.ts';
import type { RarePath } from '../domain/rare-path.ts';
import { REHEARSALS, type Rehearsal } from './rehearsals.ts';
import type { Rig } from './rig.ts';
import { followToEnd, launchTo, type Customer, type RehearsedMessage } from './runs.ts';
import { stopNumber, type Stop } from './stops.ts';

/** How often a rehearsal is played again that has not led along its rare paths: no process may have come to the point. */
const REPEATS = 3;

/** What the rehearsals have done, and the way to do it. */
export class Stage {
  readonly rig: Rig;
  readonly stops: Stop[] = [];
  readonly freezes: Freeze[] = [];
  readonly runs: string[] = [];
  /** Entries that the launches should have made. */
  entries = 0;
  /** How often everything has been played before: numbers may have opted out. */
  time = 0;
  /** Rehearsals that have not come about so far. */
  private readonly missing = new Set<Rehearsal>();
  private readonly say: (text: string) => void;

  constructor(rig: Rig, say: (text: string) => void) {
    this.rig = rig;
    this.say = say;
  }

  /** Those that the vendor can have. */
  private get rehearsals(): readonly Rehearsal[] {
    const { impossible } = this.rig.vendor;
    return REHEARSALS.filter(({ needs }) => needs === undefined || impossible[needs] === undefined);
  }

  /** Plays every rehearsal; their runs end later, beside the tormented one. */
  async playAll(): Promise<void> {
    for (const rehearsal of this.rehearsals) await this.play(rehearsal);
  }

  /**
   * Waits for the ends, and plays again whatever has not come about or not led along its rare paths.
   * @throws Impatience when one has never come about
   */
  async end(timeoutMs: number): Promise<void> {
    for (;;) {
      for (const run of this.runs) await followToEnd(this.rig, run, timeoutMs);
      const counts = await countRarePaths(this.rig);
      const lacks = (path: RarePath): boolean =>
        counts[path] === 0 && this.rig.vendor.impossible[path] === undefined;
      const lacking = this.rehearsals.filter(
        (rehearsal) => this.missing.has(rehearsal) || rehearsal.brings.some(lacks),
      );
      if (lacking.length === 0 || this.time >= REPEATS) break;
      this.time += 1;
      this.say('Not every rare path was taken. Once more …');
      for (const rehearsal of lacking) await this.play(rehearsal);
    }
    const [missing] = this.missing;
    if (missing) throw new Impatience(`The rehearsal "${missing.name}" never came about.`);
  }

  /** @returns the run's id */
  async launch(name: string, customers: readonly Customer[], message?: RehearsedMessage): Promise<string> {
    const run = await launchTo(this.rig, `${name}-${this.time}`, customers, message);
    this.runs.push(run);
    this.entries += customers.length;
    return run;
  }

  async stop(phone: string): Promise<void> {
    this.stops.push(await stopNumber(this.rig, phone));
  }

  /** Does something while a process is waited for that comes to a point because of it. */
  async beside<T>(waiting: Promise<T>, go: () => Promise<unknown>): Promise<T> {
    // Its failure is heard of below.
    waiting.catch(() => undefined);
    await go();
    return waiting;
  }

  /** A rehearsal that does not come about at once is no broken promise: it is played again after the run. */
  private async play(rehearsal: Rehearsal): Promise<void> {
    this.say(`  ${rehearsal.name}`);
    try {
      await rehearsal.play(this);
      this.missing.delete(rehearsal);
    } catch (error) {
      this.missing.add(rehearsal);
      this.say(`  … did not come about: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
