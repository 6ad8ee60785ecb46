import type { ErrorClass, UnsentCause } from '../../domain/outcome.ts';
import type { ReceiptState } from '../../domain/states.ts';

/** Codes with which a call is refused that say nothing against the message: it is offered again. */
export const UNSENT_BY_CODE: Readonly<Record<string, UnsentCause>> = {
  E103: 'account', // API access blocked
  E104: 'account', // bad key
  E105: 'account', // the user has no API access
  E106: 'throttled', // calls too close to each other
  E107: 'account', // action not allowed
  E112: 'account', // IP address not allowed
  E113: 'throttled', // throughput exceeded
  E618: 'provider', // the look-up of the carrier failed
  E626: 'provider', // still being encoded
  E627: 'account', // bad service-id
};

/** An internal error leaves it open whether the message was taken, and nothing can be looked up. */
export const IN_DOUBT: ReadonlySet<string> = new Set(['E503']);

/** Codes of a saved MMS that Sinch does not know any more: it is saved anew. */
export const NOT_SAVED: ReadonlySet<string> = new Set(['E241', 'E620']);

/** Classes of the other codes of a refused call; all else is `permanent`, as is a carrier that can't be reached (E619, E628). */
const CLASS_OF_REFUSAL: Readonly<Record<string, ErrorClass>> = {
  E110: 'suppress_number', // bad number
  E111: 'account', // bad sender
  E114: 'suppress_number', // number on a blacklist
  E229: 'filtered', // content not allowed
  E331: 'too_large', // too big: image
  E332: 'too_large', // audio
  E333: 'too_large', // video
  E335: 'too_large', // vCard
  E336: 'too_large', // iCal
  E337: 'too_large', // PDF
  E338: 'too_large', // passbook
  E629: 'fallback_to_sms', // content type not recognised
  E650: 'account', // bad operator-id
  E651: 'account', // operator-id not found
};

/** Class of a refusal. What a postback says of a saved MMS refuses its messages too: its text tells why. */
export function classOfRefusal(code: string, text: string): ErrorClass {
  if (SAVED_BY_POSTBACK[code] === false) return classOfFailure(code, text);
  return CLASS_OF_REFUSAL[code] ?? 'permanent';
}

/** What a postback says of a message. */
const STATE_OF_POSTBACK: Readonly<Record<string, ReceiptState>> = {
  N013: 'accepted', // encoded, sending begins
  N101: 'dispatched',
  N102: 'delivered',
  N103: 'expired',
  N202: 'delivered', // as SMS
  E100: 'failed', // not a valid request
  E011: 'failed', // content not valid
  E012: 'failed', // audio
  E013: 'failed', // video
  E101: 'failed', // could not be sent
  E102: 'failed', // rejected after it was sent
  E202: 'failed', // as SMS
  E999: 'failed', // error of Sinch's queue
};

/** Codes of messages that ask what a handset is: one that failed says nothing of the message behind it. */
const OF_DISCOVERY: ReadonlySet<string> = new Set(['E501', 'E502']);

/** What a postback says of its message, undefined where it says nothing. An error that nobody knows is one all the same. */
export function stateOfPostback(code: string): ReceiptState | undefined {
  const state = STATE_OF_POSTBACK[code];
  if (state || SAVED_BY_POSTBACK[code] !== undefined || OF_DISCOVERY.has(code)) return state;
  return /^E\d+$/.test(code) ? 'failed' : undefined;
}

/** What a postback says of a saved MMS: whether it can be sent from now on. */
export const SAVED_BY_POSTBACK: Readonly<Record<string, boolean>> = {
  N003: true,
  E002: false, // audio
  E003: false, // video
  E004: false, // image
};

const TOO_LARGE = /too (?:large|big)|exceeds?\b.*size|size\b.*exceed/i;
const INCAPABLE = /not supported|unsupported|not (?:mms )?capable|content type/i;
/** What no other form of the message would mend, though it may name one: a carrier, or a file that could not be fetched. */
const ELSEWHERE = /\b(?:carrier|operator|network|region|country)\b|\b(?:fetch|copy|download|retriev)/i;
const BLOCKED = /spam|filtered|blocked by carrier/i;

/** Class of a failure that a postback tells of: E101 and E102 stand for many, which their text tells apart. */
export function classOfFailure(code: string, details: string): ErrorClass {
  if (BLOCKED.test(details)) return 'filtered';
  if (TOO_LARGE.test(details)) return 'too_large';
  if (INCAPABLE.test(details) && !ELSEWHERE.test(details)) return 'fallback_to_sms';
  return code === 'E999' || code === 'N103' ? 'retryable' : 'permanent';
}

/** Codes that mean something of their own. */
export const KNOWN_CODES: readonly string[] = [
  ...[UNSENT_BY_CODE, CLASS_OF_REFUSAL, STATE_OF_POSTBACK, SAVED_BY_POSTBACK].flatMap((codes) =>
    Object.keys(codes),
  ),
  ...IN_DOUBT,
  ...NOT_SAVED,
];
