import { healthOf, type CallHealth } from '../../domain/breaker.ts';
import type { SubmitOutcome, UnsentCause } from '../../domain/outcome.ts';

const said = { messageId: 'one', statusCode: '1', error: 'No' };
const accepted: SubmitOutcome = { kind: 'accepted', messageId: 'one', providerMessageId: '1' };
const duplicate: SubmitOutcome = { kind: 'duplicate_id', messageId: 'one' };
const rejected = { kind: 'rejected', errorClass: 'permanent', ...said } as const;
const unknown: SubmitOutcome = { kind: 'unknown', ...said };
const unsent = (cause: UnsentCause): SubmitOutcome => ({
  kind: 'unsent',
  cause,
  retryAfterMs: null,
  ...said,
});

it.each<[string, CallHealth, readonly SubmitOutcome[]]>([
  ['takes a message', 'working', [accepted]],
  ['knows its id', 'working', [duplicate]],
  ['refuses a message', 'working', [rejected]],
  ['refuses a batch', 'working', [unsent('batch'), unsent('batch')]],
  ['refuses the account', 'refused', [unsent('account'), unsent('account')]],
  ['refuses a message for the account', 'failing', [{ ...rejected, errorClass: 'account' }]],
  ['refuses one of a batch for the account', 'working', [accepted, { ...rejected, errorClass: 'account' }]],
  ['says nothing', 'failing', [unknown]],
  ['can not be reached', 'failing', [unsent('unreachable')]],
  ['fails by its own account', 'failing', [unsent('provider')]],
  ['leaves one of a batch out', 'working', [accepted, unknown]],
  ['throttles', 'untold', [unsent('throttled')]],
  ['was never called', 'untold', [unsent('late')]],
])('a provider that %s is %s', (_what, health, outcomes) => {
  expect(healthOf(outcomes)).toBe(health);
});
