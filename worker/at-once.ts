import { chunksOf } from '../activities/message/micro-batch.ts';

/** Calls that are under way together: one after another they would wait longer than their schedule. */
const AT_ONCE = 10;

/** Does something for each of the items, up to ten at a time. */
export async function eachAtOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (const some of chunksOf(items, AT_ONCE)) await Promise.all(some.map(act));
}
