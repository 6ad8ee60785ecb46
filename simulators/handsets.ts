import type { Channel } from '../domain/channel.ts';
import type { Fate, Refusal } from './fates.ts';
import { magicDigitsOf } from './magic-digits.ts';
import type { MediaFault } from './media-fault.ts';
import { SUBSCRIBERS, type Subscriber } from './subscribers.ts';

/** How the simulated provider answers a call that offers a message to a number. */
export type AnswerBehaviour =
  | 'accept'
  | { readonly reject: Refusal }
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

/** A delivery report to come: what it tells, and its delay as a multiple of the simulator's report delay. */
export interface ReportBehaviour {
  readonly fate: Fate;
  readonly after: number;
  /** Delay of the post, where the report is not posted as soon as it is made. */
  readonly postedAfter?: number;
  /** Of a vendor that has a code of its own for it; for others its fate is all that they tell. */
  readonly mediaFault?: 'unreachable';
}

export interface Handset {
  readonly meaning: string;
  readonly answer: AnswerBehaviour;
  readonly reports: readonly ReportBehaviour[];
  /** Whether an MMS that would be rejected is taken all the same where an SMS came with it. */
  readonly takesFallback?: boolean;
  /** Whether a look-up never shows its messages. */
  readonly hidden?: boolean;
}

function told(fate: Fate, after = 1, postedAfter?: number): ReportBehaviour {
  return { fate, after, ...(postedAfter !== undefined && { postedAfter }) };
}

function handset(meaning: string, answer: AnswerBehaviour, ...reports: readonly ReportBehaviour[]): Handset {
  return { meaning, answer, reports };
}

/** What every other number does. */
export const ORDINARY: Handset = handset('accepted and delivered', 'accept', told('delivered'));

function handsetOfSubscriber({ carrier, device }: Subscriber): Handset {
  if (carrier.mms !== null) return handset(`${carrier.name}, ${device.name}`, 'accept', told('delivered'));
  const rejected = { reject: 'carrier_without_mms' } as const;
  return {
    ...handset(`${carrier.name}: an MMS is rejected at once`, rejected, told('no_mms')),
    takesFallback: true,
  };
}

/** Magic numbers: the last two digits of any NPA-555-01NN. `docs/simulators.md` is made from this table. */
export const MAGIC_NUMBERS: Readonly<Record<string, Handset>> = {
  '50': handset('absent: fails', 'accept', told('absent')),
  '51': handset('unknown subscriber: fails for good', 'accept', told('unknown_subscriber')),
  '52': handset('no delivery report ever', 'accept'),
  '53': handset('expires', 'accept', told('expired')),
  '54': handset('accepted, then the connection is reset', 'accept_then_reset', told('delivered', 4)),
  '55': handset('accepted, then no answer', 'accept_then_silence', told('delivered', 4)),
  '56': handset('HTTP 500 to the first call, not accepted', 'fail_once', told('delivered')),
  '57': handset('HTTP 429 to the first call', 'throttle_once', told('delivered')),
  '58': handset('accepted, then half an answer', 'accept_then_truncate', told('delivered', 4)),
  '59': handset('accepted, but without an entry in the answer', 'accept_without_entry', told('delivered', 4)),
  '60': handset('handset without MMS: an MMS fails', 'accept', told('no_mms')),
  '61': handset('an MMS is too large and fails', 'accept', told('too_large')),
  '62': handset('filtered as spam', 'accept', told('filtered')),
  '63': handset('rejected at once: blocklisted', { reject: 'blocklisted' }),
  '64': handset('rejected at once: no route', { reject: 'no_route' }),
  '65': handset(
    'the report comes three times',
    'accept',
    told('delivered'),
    told('delivered', 1, 1.5),
    told('delivered', 1, 2),
  ),
  '66': handset('fails, then is delivered after all', 'accept', told('absent'), told('delivered', 3)),
  '67': handset('delivered, then reported as failed', 'accept', told('delivered'), told('operator_error', 3)),
  '68': handset(
    'delivered to the operator first, then to the handset',
    'accept',
    told('dispatched', 0.5),
    told('delivered', 2),
  ),
  '70': handset('HTTP 400 to a call that offers others too', 'refuse_company', told('delivered')),
  '71': handset('accepted, then an answer byte by byte', 'accept_then_trickle', told('delivered', 4)),
  '72': handset('accepted, then the connection is reset; no delivery report ever', 'accept_then_reset'),
  '73': {
    ...handset('as 0172, and no look-up shows it', 'accept_then_reset'),
    hidden: true,
  },
  '74': handset(
    'delivered to the handset; what the operator said before that comes after it',
    'accept',
    told('dispatched', 0.5, 2),
    told('delivered'),
  ),
  '69': handset('the report comes before the answer', 'accept_then_dawdle', told('delivered', 0)),
  ...Object.fromEntries(
    Object.entries(SUBSCRIBERS).map(([digits, subscriber]) => [digits, handsetOfSubscriber(subscriber)]),
  ),
};

/** Numbers whose trouble is with MMS only: an SMS to them is delivered. */
const MMS_ONLY = new Set(['60', '61', '79']);

const NOT_TAKEN: readonly Fate[] = ['no_mms', 'too_large', 'unsupported_content'];

/** What is told of media that do not arrive. */
const REPORTS_OF_FAULT: Readonly<Record<MediaFault, readonly ReportBehaviour[]>> = {
  unreachable: [{ ...told('operator_error'), mediaFault: 'unreachable' }],
  too_large: [told('too_large')],
  unsupported_content: [told('unsupported_content')],
};

/** The reports of a message that was taken: what a handset can't take arrives as the SMS that came with it. */
export function reportsOf({
  to,
  channel,
  fallsBack = false,
  mediaFault,
}: {
  readonly to: string;
  readonly channel: Channel;
  readonly fallsBack?: boolean | undefined;
  readonly mediaFault?: MediaFault | undefined;
}): readonly ReportBehaviour[] {
  const reports = mediaFault ? REPORTS_OF_FAULT[mediaFault] : handsetOf(to, channel).reports;
  if (!fallsBack) return reports;
  return reports.map((report) =>
    NOT_TAKEN.includes(report.fate) ? { ...report, fate: 'delivered_as_sms' } : report,
  );
}

/** @param to digits, as a call gives them */
export function handsetOf(to: string, channel: Channel): Handset {
  const digits = magicDigitsOf(to) ?? '';
  if (channel === 'sms' && MMS_ONLY.has(digits)) return ORDINARY;
  return MAGIC_NUMBERS[digits] ?? ORDINARY;
}
