import type { Logger } from '../../config/log.ts';
import type { AwaitedText, TextOutcome } from '../../domain/awaited-text.ts';
import type { SettledText } from './settle-text.ts';

/** Says why a text could not be fetched, and what comes next. */
export function logSettledText(
  log: Logger,
  { integrationId, attempts }: AwaitedText,
  outcome: TextOutcome,
  settled: SettledText | undefined,
): void {
  if (outcome.kind === 'fetched' || !settled) return;
  const fields = { err: outcome.error, integrationId, attempts };
  if (settled.state === 'given_up')
    log.warn(fields, 'the text of an inbound message was given up: a STOP in it is not carried out');
  else log.info(fields, 'the text of an inbound message could not be fetched: it is tried again');
}
