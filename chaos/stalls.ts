import { Impatience } from './patience.ts';

/** What was to go on while the run was tormented, or to end after it, and did not: that is lost, however slow the machine. */
export class Stalls {
  /** What stood still, in words. */
  readonly sentences: string[] = [];

  /** Waits for something that must come about. @returns undefined where it has not */
  async watch<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Impatience)) throw error;
      this.sentences.push(error.message);
      return undefined;
    }
  }
}

/**
 * With what the command ends that could not come to its judgement.
 *
 * Only before the torment is it the machine that did not let it begin: nothing was shown to be broken, nothing to be kept.
 */
export function exitCodeOf(error: unknown, isTormented: boolean): 1 | 2 {
  return error instanceof Impatience && !isTormented ? 2 : 1;
}
