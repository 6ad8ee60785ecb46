import type { MediaKind, MediaType } from '../../domain/media-type.ts';

/** A place that a slide has for a file, and what Sinch says when it can't use what stands there. */
export interface Slot {
  /** What stands there where the file itself does not say it. */
  readonly kind: MediaKind;
  /** Whether a slide may have it beside a text only. */
  readonly isObject: boolean;
  /** The one type that belongs there; undefined: any of its kind, or one that we don't know. */
  readonly type?: MediaType;
  /** Codes of files that are too big, and of those that could not be copied. */
  readonly tooBig: string;
  readonly notCopied: string;
  /** Code of a postback that it can't be encoded; undefined for what is not encoded. */
  readonly notEncoded?: string;
}

const object = { kind: 'object', isObject: true } as const;
const vcard = { ...object, type: 'text/vcard', tooBig: 'E335', notCopied: 'E355' } as const;
const ical = { ...object, type: 'text/calendar', tooBig: 'E336', notCopied: 'E356' } as const;

/** By the name that a slide gives it. Objects are named as by the JSON documents and by the older XML ones. */
export const SLOTS: Readonly<Record<string, Slot>> = {
  image: { kind: 'image', isObject: false, tooBig: 'E331', notCopied: 'E351', notEncoded: 'E004' },
  audio: { kind: 'audio', isObject: false, tooBig: 'E332', notCopied: 'E352', notEncoded: 'E002' },
  video: { kind: 'video', isObject: false, tooBig: 'E333', notCopied: 'E353', notEncoded: 'E003' },
  contact: vcard,
  vcard,
  calendar: ical,
  ical,
  pdf: { ...object, type: 'application/pdf', tooBig: 'E337', notCopied: 'E357' },
  passbook: { ...object, tooBig: 'E338', notCopied: 'E358' },
};
