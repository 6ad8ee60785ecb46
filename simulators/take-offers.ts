import type { Account, OfferedMessage } from './account.ts';
import type { Refusal } from './fates.ts';
import type { FaultKind } from './faults.ts';
import type { AcceptedRow } from './ledger.ts';
import { handsetOf, type AnswerBehaviour } from './handsets.ts';

/** What the simulated vendor does with one message of a call. */
export type Taking =
  | { readonly kind: 'accepted' | 'left_out'; readonly row: AcceptedRow }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How the answer to a call goes wrong. */
export type AnswerTrouble =
  'throttle' | 'fail' | 'reset' | 'silence' | 'truncate' | 'trickle' | 'refuse' | 'unauthorised' | 'dawdle';

export interface Taken<Offer> {
  readonly trouble: AnswerTrouble | undefined;
  /** Empty where nothing of the call was looked at. */
  readonly messages: readonly { readonly offer: Offer; readonly taking: Taking }[];
}

export interface TakeRules<Offer> {
  /** Whether an id that was taken before is refused; else it is taken again. */
  readonly refusesKnownIds: boolean;
  /** Why the vendor refuses a message, whatever its number. */
  readonly refusalOf: (offer: Offer) => Refusal | undefined;
}

/** Offers the messages of one call to an account; a magic number's trouble is the trouble of the whole call. */
export async function takeOffers<Offer extends OfferedMessage>(
  account: Account,
  offers: readonly Offer[],
  fault: FaultKind | undefined,
  rules: TakeRules<Offer>,
): Promise<Taken<Offer>> {
  const refused = async (trouble: AnswerTrouble): Promise<Taken<Offer>> => {
    await account.refuse(offers);
    return { trouble, messages: [] };
  };
  if (fault && TAKES_NOTHING.has(fault)) return refused(troubleOf(fault));
  const answers = offers.map((offer) => ({
    offer,
    answer: answerTo(offer),
    before: account.countOffer(offer.id),
  }));
  const first = (wanted: string): boolean =>
    answers.some(({ answer, before }) => answer === wanted && before === 0);
  if (offers.length > 1 && answers.some(({ answer }) => answer === 'refuse_company'))
    return refused('refuse');
  if (first('throttle_once')) return refused('throttle');
  if (first('fail_once')) return refused('fail');
  const messages = await Promise.all(
    answers.map(async ({ offer, answer }): Promise<{ offer: Offer; taking: Taking }> => {
      if (rules.refusesKnownIds && account.knows(offer.id)) {
        await account.refuse([offer], 'duplicate_refused');
        return { offer, taking: { kind: 'known' } };
      }
      const refusal = typeof answer === 'object' ? answer.reject : rules.refusalOf(offer);
      if (refusal !== undefined) {
        await account.refuse([offer]);
        return { offer, taking: { kind: 'refused', refusal } };
      }
      const row = await account.accept(offer);
      return { offer, taking: { kind: answer === 'accept_without_entry' ? 'left_out' : 'accepted', row } };
    }),
  );
  return { trouble: fault ? troubleOf(fault) : TROUBLES.find(([answer]) => first(answer))?.[1], messages };
}

function answerTo({ to, channel, fallsBack = false }: OfferedMessage): AnswerBehaviour {
  const { answer, takesFallback = false } = handsetOf(to, channel);
  return fallsBack && takesFallback ? 'accept' : answer;
}

/** How a fault makes the answer to a call go wrong. */
export function troubleOf(fault: FaultKind): AnswerTrouble {
  return TROUBLE_OF_FAULT[fault];
}

const TROUBLE_OF_FAULT = {
  throttle: 'throttle',
  fail: 'fail',
  unauthorised: 'unauthorised',
  accept_then_fail: 'fail',
  accept_then_reset: 'reset',
  accept_then_silence: 'silence',
  accept_then_truncate: 'truncate',
  accept_then_trickle: 'trickle',
} as const satisfies Readonly<Record<FaultKind, AnswerTrouble>>;

/** Faults for whose sake nothing is taken. */
export const TAKES_NOTHING: ReadonlySet<FaultKind> = new Set(['throttle', 'fail', 'unauthorised']);

/** The same for the first call with a number; the first of them in this order counts. */
const TROUBLES: readonly (readonly [string, AnswerTrouble])[] = [
  ['accept_then_reset', 'reset'],
  ['accept_then_silence', 'silence'],
  ['accept_then_truncate', 'truncate'],
  ['accept_then_trickle', 'trickle'],
  ['accept_then_dawdle', 'dawdle'],
];
