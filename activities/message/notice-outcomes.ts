import type { CallRecord } from '../../database/record-outcomes.ts';
import { MISSING_ENTRY } from '../../domain/outcome.ts';
import type { Notice } from '../../domain/rare-path.ts';

/** Tells the rare paths of calls that were recorded. @param held ids of messages whose claim was still the call's */
export function noticeOutcomes(
  notice: Notice,
  calls: readonly CallRecord[],
  held: ReadonlySet<string>,
): void {
  const outcomes = calls.flatMap((call) => call.outcomes);
  const codes = outcomes.map((outcome) => ('statusCode' in outcome ? outcome.statusCode : ''));
  const kinds = outcomes.map(({ kind }) => kind);
  const causes = outcomes.map((outcome) => (outcome.kind === 'unsent' ? outcome.cause : ''));
  const split = calls.filter(({ outcomes: [first] }) => first?.kind === 'unsent' && first.cause === 'batch');
  notice('unknown', kinds.filter((kind) => kind === 'unknown').length);
  notice('duplicate_id_answer', kinds.filter((kind) => kind === 'duplicate_id').length);
  notice('late_call_dropped', causes.filter((cause) => cause === 'late').length);
  notice('missing_entry', codes.filter((code) => code === MISSING_ENTRY).length);
  notice('batch_split', split.length);
  notice('zombie_fenced', outcomes.filter(({ messageId }) => !held.has(messageId)).length);
}
