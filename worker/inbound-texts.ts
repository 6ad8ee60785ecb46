import type { Dependencies } from '../activities/dependencies.ts';
import { logSettledText } from '../database/inbound/log-settled-text.ts';
import { settleText } from '../database/inbound/settle-text.ts';
import { isInModeSimulator, takeAwaitedTexts } from '../database/inbound/take-awaited-texts.ts';
import type { AwaitedText } from '../domain/awaited-text.ts';
import { fetchTextFile } from '../providers/text-file.ts';

/** Texts that are fetched at once. */
const LIMIT = 20;
const FETCH_MS = 10_000;
/** For how long they are nobody else's. */
const LEASE_MS = 60_000;

type TextDependencies = Pick<Dependencies, 'pool' | 'log' | 'reach'>;

/**
 * Fetches texts of inbound messages that could not be fetched when these came, and carries out the keywords that they show.
 *
 * @param mayLoopBack whether files may be on this machine, in mode `simulator`
 * @returns whether there may be more
 */
export async function fetchInboundTexts(deps: TextDependencies, mayLoopBack: boolean): Promise<boolean> {
  const due = await takeAwaitedTexts(deps.pool, LIMIT, LEASE_MS);
  await Promise.all(
    due.map((awaited) =>
      fetchOne(deps, awaited, mayLoopBack).catch((error: unknown) => {
        deps.log.warn(
          { err: error },
          'the text of an inbound message could not be stored; it is tried again',
        );
      }),
    ),
  );
  return due.length === LIMIT;
}

async function fetchOne(
  { pool, log, reach }: TextDependencies,
  awaited: AwaitedText,
  mayLoopBack: boolean,
): Promise<void> {
  const allowLoopback = mayLoopBack && (await isInModeSimulator(pool, awaited.integrationId));
  const outcome = await fetchTextFile(awaited.url, { allowLoopback, timeoutMs: FETCH_MS });
  const settled = await settleText(pool, awaited, outcome);
  logSettledText(log, awaited, outcome, settled);
  if (settled?.keyword === 'stop') reach('after_suppression');
}
