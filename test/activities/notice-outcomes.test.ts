import { noticeOutcomes } from '../../activities/message/notice-outcomes.ts';
import type { CallRecord } from '../../database/record-outcomes.ts';
import type { SubmitOutcome, UnsentCause } from '../../domain/outcome.ts';
import { accepted, unsent } from '../support/ledger.ts';

const call = (...outcomes: readonly SubmitOutcome[]): CallRecord => ({
  submissionId: 'submission',
  token: 'token',
  integrationId: 'integration',
  startedAt: 0,
  start: 0,
  durationMs: 1,
  outcomes,
});

function noticed(calls: readonly CallRecord[], lost: readonly string[] = []): Record<string, number> {
  const told: Record<string, number> = {};
  const ids = calls.flatMap(({ outcomes }) => outcomes.map(({ messageId }) => messageId));
  const held = new Set(ids.filter((id) => !lost.includes(id)));
  noticeOutcomes((path, count = 1) => (told[path] = count), calls, held);
  return Object.fromEntries(Object.entries(told).filter(([, count]) => count > 0));
}

const unsentFor = (messageId: string, cause: UnsentCause): SubmitOutcome => ({
  ...{ kind: 'unsent', messageId, cause, retryAfterMs: 0, statusCode: cause, error: 'It was not sent.' },
});

const inDoubt = (messageId: string, statusCode: string): SubmitOutcome => ({
  kind: 'unknown',
  messageId,
  statusCode,
  error: 'Nobody knows.',
});

describe('what is told of calls', () => {
  it('is nothing where all went well', () => {
    expect(noticed([call(accepted('a'), accepted('b'))])).toEqual({});
  });

  it('is each rare path with its count', () => {
    const calls = [
      call(inDoubt('a', 'ECONNRESET')),
      call(inDoubt('b', 'missing_entry')),
      call(unsentFor('c', 'late')),
      call({ kind: 'duplicate_id', messageId: 'd' }),
    ];
    expect(noticed(calls)).toEqual({
      unknown: 2,
      missing_entry: 1,
      late_call_dropped: 1,
      duplicate_id_answer: 1,
    });
  });

  it('is a batch that was refused as a whole, once, and no message that was refused alone', () => {
    expect(noticed([call(unsentFor('a', 'batch'), unsentFor('b', 'batch'))])).toEqual({ batch_split: 1 });
    expect(noticed([call(unsent('a', 0))])).toEqual({});
  });

  it('is every outcome that came too late for its claim', () => {
    expect(noticed([call(accepted('a'), accepted('b'))], ['b'])).toEqual({ zombie_fenced: 1 });
  });
});
