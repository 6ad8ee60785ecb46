import { MEDIA_KINDS, type MediaKind } from './media-type.ts';
import type { SenderKind } from './sender-kind.ts';

/** What may be sent at most. What is not named has no limit of its own. */
export interface MessageLimits {
  /** Bytes of all media and the text together. */
  readonly message?: number;
  /** Bytes of one file, by its kind. */
  readonly files?: Readonly<Partial<Record<MediaKind, number>>>;
  /** Characters of the rendered text. */
  readonly text?: number;
  /** Characters of the rendered subject. */
  readonly subject?: number;
  /** Slides: one for each medium. The text shares that of the first, unless this is an object, which has its own. */
  readonly slides?: number;
}

/** Limits of a provider, of a carrier or of all carriers, for some kinds of senders. */
export interface LimitSet extends MessageLimits {
  readonly preset: LimitPreset;
  /** Default: all. */
  readonly senders?: readonly SenderKind[];
}

/** Names of limits; a provider's is that of its integrations. */
export const LIMIT_PRESETS = [
  'safe',
  'recommended',
  'infobip',
  'sinch-mms',
  'us-ca-carriers',
  'att',
  't-mobile',
  'verizon',
  'us-cellular',
] as const;
export type LimitPreset = (typeof LIMIT_PRESETS)[number];

/** What the author of a message may choose from, beside the limits of its provider, which always hold: those alone, or a preset. */
export const MEDIA_LIMITS = [
  'safe',
  'recommended',
  'us-ca-carriers',
  'att',
  't-mobile',
  'verizon',
  'us-cellular',
  'provider',
] as const satisfies readonly (LimitPreset | 'provider')[];
export type MediaLimits = (typeof MEDIA_LIMITS)[number];
export const DEFAULT_MEDIA_LIMITS: MediaLimits = 'safe';

/** Where a vendor says KB it may mean 1,000 bytes or 1,024: what keeps the smaller one keeps both. */
const KB = 1_000;

const SHORT_CODES = ['short-code'] as const;
const OTHERS = ['toll-free', 'long-code', 'alphanumeric'] as const;
/** Of an MMS through Infobip: its text (status 77) and its title. */
export const INFOBIP_MMS_TEXT = 1_600;
export const INFOBIP_MMS_SUBJECT = 66;
export const SINCH_MMS_TEXT = 5_000;
export const SINCH_MMS_SUBJECT = 80;
export const SINCH_MMS_SLIDES = 8;
const SINCH_PARTS = { text: SINCH_MMS_TEXT, subject: SINCH_MMS_SUBJECT, slides: SINCH_MMS_SLIDES } as const;
const WITHOUT_TRANSCODING = 1_000 * KB;

/**
 * Every limit that is known.
 *
 * `safe` is what every carrier takes, `recommended` what most take of a single file. Sinch transcodes what short codes
 * send, and only that; sizes of its objects and of what it does not transcode are from its community pages, as are the
 * carriers' (figures that it calls approximate). Infobip states 300 KB, and that most carriers of the US and Canada take
 * about 1 MB.
 */
export const LIMIT_SETS: readonly LimitSet[] = [
  {
    preset: 'safe',
    message: 500 * KB,
    files: { image: 500 * KB, gif: 300 * KB, audio: 500 * KB },
  },
  {
    preset: 'recommended',
    files: { image: 500 * KB, gif: 300 * KB, video: 3_000 * KB, audio: 500 * KB },
  },
  { preset: 'infobip', message: 300 * KB, text: INFOBIP_MMS_TEXT, subject: INFOBIP_MMS_SUBJECT },
  {
    preset: 'sinch-mms',
    senders: SHORT_CODES,
    files: {
      ...{ image: 3_000 * KB, gif: 1_024 * KB, video: 50_000 * KB },
      ...{ audio: 10_000 * KB, object: 2_048 * KB },
    },
    ...SINCH_PARTS,
  },
  {
    preset: 'sinch-mms',
    senders: OTHERS,
    files: {
      ...{ image: WITHOUT_TRANSCODING, gif: WITHOUT_TRANSCODING, video: WITHOUT_TRANSCODING },
      ...{ audio: WITHOUT_TRANSCODING, object: 2_048 * KB },
    },
    ...SINCH_PARTS,
  },
  { preset: 'us-ca-carriers', message: 1_000 * KB },
  { preset: 'att', senders: SHORT_CODES, message: 1_000 * KB },
  { preset: 'att', senders: OTHERS, message: 1_460 * KB },
  { preset: 't-mobile', senders: SHORT_CODES, message: 2_100 * KB },
  { preset: 't-mobile', senders: OTHERS, message: 2_200 * KB },
  { preset: 'verizon', senders: SHORT_CODES, message: 1_260 * KB },
  { preset: 'verizon', senders: OTHERS, message: 1_250 * KB },
  { preset: 'us-cellular', senders: SHORT_CODES, message: 5_250 * KB },
  { preset: 'us-cellular', senders: OTHERS, message: 1_460 * KB },
];

/** What of `sinch-mms` holds from any sender where a message is not saved at Sinch: then only its images are made to fit. */
export const UNSAVED_AT_SINCH: LimitSet = {
  preset: 'sinch-mms',
  files: { video: WITHOUT_TRANSCODING, audio: WITHOUT_TRANSCODING },
};

/** What is known of a preset. @param sender only what binds this kind of sender; default: all of it */
export function limitSets(preset: string, sender?: SenderKind): readonly LimitSet[] {
  return LIMIT_SETS.filter(
    (set) => set.preset === preset && (sender === undefined || !set.senders || set.senders.includes(sender)),
  );
}

/** The limits that keep all of the given ones: of each the lowest. */
export function strictest(sets: readonly MessageLimits[]): MessageLimits {
  const message = least(sets.map((set) => set.message));
  const text = least(sets.map((set) => set.text));
  const files = Object.fromEntries(
    MEDIA_KINDS.flatMap((kind) => {
      const bytes = least(sets.map((set) => set.files?.[kind]));
      return bytes === undefined ? [] : [[kind, bytes]];
    }),
  );
  return { ...(message !== undefined && { message }), ...(text !== undefined && { text }), files };
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
