import type { Channel } from '../../domain/channel.ts';

/** How the simulated provider answers a call that offers a message to a number. */
export type AnswerBehaviour =
  | 'accept'
  | { readonly reject: number }
  /** Accepts, then closes the connection without an answer. */
  | 'accept_then_reset'
  /** Accepts, then says nothing until the caller gives up. */
  | 'accept_then_silence'
  /** Answers 500 to the first call and has not accepted it. */
  | 'fail_once'
  /** Answers 429 to the first call. */
  | 'throttle_once'
  /** Answers 200 with half a body after accepting. */
  | 'accept_then_truncate'
  /** Accepts, and answers only after its first report is out. */
  | 'accept_then_dawdle'
  /** Accepts, and answers 200 without an entry for the message. */
  | 'accept_without_entry'
  /** Refuses a call with 400 that offers others beside it; accepts it alone. */
  | 'refuse_company'
  /** Accepts, then answers a byte at a time, longer than anybody waits. */
  | 'accept_then_trickle';

/** A delivery report to come: status, error and its delay as a multiple of the simulator's report delay. */
export interface ReportBehaviour {
  readonly status: { readonly groupId: number; readonly id: number; readonly name: string };
  readonly error: { readonly id: number; readonly name: string; readonly permanent: boolean };
  readonly after: number;
  /** Delay of the post, where the report is not posted as soon as it is made. */
  readonly postedAfter?: number;
}

export interface Handset {
  readonly meaning: string;
  readonly answer: AnswerBehaviour;
  readonly reports: readonly ReportBehaviour[];
  /** Whether a look-up never shows its messages. */
  readonly hidden?: boolean;
}

const NO_ERROR = { id: 0, name: 'NO_ERROR', permanent: false };
const DELIVERED = { groupId: 3, id: 5, name: 'DELIVERED_TO_HANDSET' };

function delivered(after = 1): ReportBehaviour {
  return { status: DELIVERED, error: NO_ERROR, after };
}

/** The report of an ordinary delivery, word for word, once more. */
function deliveredAgain(postedAfter: number): ReportBehaviour {
  return { ...delivered(), postedAfter };
}

function deliveredToOperator(): ReportBehaviour {
  return { status: { groupId: 3, id: 2, name: 'DELIVERED_TO_OPERATOR' }, error: NO_ERROR, after: 0.5 };
}

function undelivered(id: number, name: string, permanent = true, after = 1): ReportBehaviour {
  return {
    status: { groupId: 2, id: 9, name: 'UNDELIVERABLE_NOT_DELIVERED' },
    error: { id, name, permanent },
    after,
  };
}

function handset(meaning: string, answer: AnswerBehaviour, ...reports: readonly ReportBehaviour[]): Handset {
  return { meaning, answer, reports };
}

/** What every other number does. */
export const ORDINARY: Handset = handset('accepted and delivered', 'accept', delivered());

/** Magic numbers: the last two digits of any NPA-555-01NN. `docs/simulators.md` is made from this table. */
export const MAGIC_NUMBERS: Readonly<Record<string, Handset>> = {
  '50': handset('absent: fails', 'accept', undelivered(27, 'EC_ABSENT_SUBSCRIBER', false)),
  '51': handset('unknown subscriber: fails for good', 'accept', undelivered(1, 'EC_UNKNOWN_SUBSCRIBER')),
  '52': handset('no delivery report ever', 'accept'),
  '53': handset('expires', 'accept', {
    status: { groupId: 4, id: 15, name: 'EXPIRED_EXPIRED' },
    error: { id: 4098, name: 'EC_VP_EXPIRED', permanent: false },
    after: 1,
  }),
  '54': handset('accepted, then the connection is reset', 'accept_then_reset', delivered(4)),
  '55': handset('accepted, then no answer', 'accept_then_silence', delivered(4)),
  '56': handset('HTTP 500 to the first call, not accepted', 'fail_once', delivered()),
  '57': handset('HTTP 429 to the first call', 'throttle_once', delivered()),
  '58': handset('accepted, then half an answer', 'accept_then_truncate', delivered(4)),
  '59': handset('accepted, but without an entry in the answer', 'accept_without_entry', delivered(4)),
  '60': handset(
    'handset without MMS: an MMS fails',
    'accept',
    undelivered(15_019, 'EC_HANDSET_DOES_NOT_SUPPORT_MMS'),
  ),
  '61': handset('an MMS is too large and fails', 'accept', undelivered(15_026, 'EC_TOO_BIG_CONTENT')),
  '62': handset('filtered as spam', 'accept', undelivered(607, 'EC_REJECTED_SPAM_BY_OPERATOR')),
  '63': handset('rejected at once: blocklisted', { reject: 14 }),
  '64': handset('rejected at once: no route', { reject: 19 }),
  '65': handset(
    'the report comes three times',
    'accept',
    delivered(),
    deliveredAgain(1.5),
    deliveredAgain(2),
  ),
  '66': handset(
    'fails, then is delivered after all',
    'accept',
    undelivered(27, 'EC_ABSENT_SUBSCRIBER', false),
    delivered(3),
  ),
  '67': handset(
    'delivered, then reported as failed',
    'accept',
    delivered(),
    undelivered(500, 'EC_PROVIDER_GENERAL_ERROR', false, 3),
  ),
  '68': handset(
    'delivered to the operator first, then to the handset',
    'accept',
    deliveredToOperator(),
    delivered(2),
  ),
  '70': handset('HTTP 400 to a call that offers others too', 'refuse_company', delivered()),
  '71': handset('accepted, then an answer byte by byte', 'accept_then_trickle', delivered(4)),
  '72': handset('accepted, then the connection is reset; no delivery report ever', 'accept_then_reset'),
  '73': {
    ...handset('as 0172, and no look-up shows it', 'accept_then_reset'),
    hidden: true,
  },
  '74': handset(
    'delivered to the handset; what the operator said before that comes after it',
    'accept',
    { ...deliveredToOperator(), postedAfter: 2 },
    delivered(),
  ),
  '69': handset('the report comes before the answer', 'accept_then_dawdle', delivered(0)),
};

/** Numbers whose trouble is with MMS only: an SMS to them is delivered. */
const MMS_ONLY = new Set(['60', '61']);

/** @param to digits, as a call gives them */
export function handsetOf(to: string, channel: Channel): Handset {
  const match = /^\+?1\d{3}55501(\d\d)$/.exec(to);
  const digits = match?.[1] ?? '';
  if (channel === 'sms' && MMS_ONLY.has(digits)) return ORDINARY;
  return MAGIC_NUMBERS[digits] ?? ORDINARY;
}
