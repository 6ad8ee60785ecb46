import type { ErrorClass } from '../../domain/outcome.ts';
import type { ReceiptState } from '../../domain/states.ts';

/** Statuses of Sinch, in lower case. */
const STATE_OF_STATUS: ReadonlyMap<string, ReceiptState> = new Map([
  ['queued', 'accepted'],
  ['dispatched', 'dispatched'],
  ['unknown', 'dispatched'],
  ['delivered', 'delivered'],
  ['expired', 'expired'],
  ['aborted', 'failed'],
  ['cancelled', 'failed'],
  ['canceled', 'failed'],
  ['rejected', 'failed'],
  ['deleted', 'failed'],
  ['failed', 'failed'],
]);

/**
 * What a status of Sinch says of a message, however it is written; undefined for one that nobody knows.
 *
 * `Unknown` is final for Sinch, which has had no receipt or could not read it: the message went out, and nothing more is known.
 */
export function stateOf(status: string): ReceiptState | undefined {
  return STATE_OF_STATUS.get(status.toLowerCase());
}

/** Classes of Sinch's own codes (4xx) and of those of carriers that are known; all others are open-ended. */
const CLASS_OF_CODE: Readonly<Record<number, ErrorClass>> = {
  15: 'filtered', // spam
  60: 'account', // campaign inactive
  62: 'filtered', // spam filter
  64: 'account', // quota of the campaign
  300: 'suppress_number', // bad destination
  310: 'account', // bad source
  349: 'filtered', // blocked
  402: 'permanent', // unroutable
  403: 'retryable', // internal error
  404: 'retryable', // temporary delivery failure
  405: 'permanent', // unmatched parameter
  406: 'retryable', // internal expiry
  407: 'permanent', // cancelled
  408: 'permanent', // internal reject
  410: 'account', // no default originator
  411: 'permanent', // over the limit of parts
  412: 'account', // region not provisioned
  413: 'account', // account blocked
  414: 'permanent', // MMS: media could not be fetched
  415: 'permanent', // MMS: rejected by the network
  416: 'fallback_to_sms', // MMS: not supported
  417: 'retryable', // MMS: network or subscriber unreachable
  418: 'fallback_to_sms', // MMS: handset does not recognise the content
};

/** Class of a code; one that is not known is the number's fault where the carrier has removed it, else `permanent`. */
export function errorClassOf(code: number | null | undefined, status: string): ErrorClass {
  const known = CLASS_OF_CODE[code ?? 0];
  return known ?? (status.toLowerCase() === 'deleted' ? 'suppress_number' : 'permanent');
}

const TEXT_OF_CODE: Readonly<Record<number, string>> = {
  402: 'Unroutable.',
  403: 'Internal error.',
  404: 'Temporary delivery failure.',
  405: 'Unmatched parameter.',
  406: 'Internal expiry.',
  407: 'Cancelled.',
  408: 'Internal reject.',
  410: 'No default originator.',
  411: 'Exceeded the limit of parts.',
  412: 'Region not provisioned.',
  413: 'Account blocked.',
  414: 'The media could not be fetched.',
  415: 'Rejected by the MMS network.',
  416: 'MMS is not supported.',
  417: 'Network or subscriber unreachable for MMS.',
  418: 'The handset does not recognise the content.',
};

/** What a code means, in words: Sinch's reports have none. */
export function textOf(code: number | null | undefined, status: string): string {
  return TEXT_OF_CODE[code ?? 0] ?? status;
}

/** Codes that have a class of their own. */
export const KNOWN_CODES: readonly string[] = Object.keys(CLASS_OF_CODE);
