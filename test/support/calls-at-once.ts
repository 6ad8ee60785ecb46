import { setTimeout as pause } from 'node:timers/promises';
import { accepted } from './ledger.ts';
import type { ScriptedDependencies } from './scripted-provider.ts';

/** A call that stays alone is not waited for longer than this. */
const ALONE_MS = 3_000;

/**
 * Makes the provider answer once so many calls are under way together.
 * @returns tells how many were under way at most
 */
export function gatherCalls(scripted: ScriptedDependencies, wanted: number): () => number {
  let underWay = 0;
  let most = 0;
  const gathered = new AbortController();
  scripted.answerCall = async (messages) => {
    underWay += 1;
    most = Math.max(most, underWay);
    if (most === wanted) gathered.abort();
    await pause(ALONE_MS, undefined, { signal: gathered.signal }).catch(() => undefined);
    underWay -= 1;
    return messages.map(({ id }) => accepted(id));
  };
  return () => most;
}
