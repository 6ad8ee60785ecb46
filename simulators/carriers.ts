import { limitSets, strictest, type LimitPreset } from '../domain/media-limits.ts';
import { senderKindOf } from '../domain/sender-kind.ts';

/** Whose network a number is in. */
export interface Carrier {
  readonly name: string;
  /** Mobile country and network code, as reports give it; null where none is told. */
  readonly mccMnc: string | null;
  /** Whose limits hold for an MMS; null where there is no MMS. */
  readonly mms: LimitPreset | null;
}

/** Carriers that magic numbers belong to. */
export const CARRIERS = {
  att: { name: 'AT&T', mccMnc: '310410', mms: 'att' },
  tMobile: { name: 'T-Mobile', mccMnc: '310260', mms: 't-mobile' },
  verizon: { name: 'Verizon', mccMnc: '311480', mms: 'verizon' },
  usCellular: { name: 'US Cellular', mccMnc: '311580', mms: 'us-cellular' },
  withoutMms: { name: 'a carrier without MMS', mccMnc: null, mms: null },
} as const satisfies Readonly<Record<string, Carrier>>;

/** The carrier of every other number: it takes what most do in the US and Canada. */
export const SOME_CARRIER: Carrier = { name: 'some carrier', mccMnc: null, mms: 'us-ca-carriers' };

/** Most bytes that a carrier takes of all media of an MMS. @param sender undefined: whoever sends it */
export function ceilingOf({ mms }: Carrier, sender: string | undefined): number {
  if (mms === null) return 0;
  const kind = sender === undefined ? undefined : senderKindOf(sender);
  return strictest(limitSets(mms, kind)).message ?? Number.POSITIVE_INFINITY;
}
