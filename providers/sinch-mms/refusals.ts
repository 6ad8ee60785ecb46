import { SINCH_MMS_SLIDES, SINCH_MMS_SUBJECT } from '../../domain/media-limits.ts';
import type { MessageContent } from '../../domain/message-content.ts';
import type { VendorReason } from '../call-outcomes.ts';
import { slidesOf } from './slides.ts';

/** Longest text of an SMS in place of an MMS. Sinch documents none here; its SMS API took 1,600 characters in 2020. */
const MAX_FALLBACK_TEXT = 1_600;

/** Why a content can't be sent through this API, whatever Sinch would say of it; undefined where nothing is known against it. */
export function refusalOf({ subject, text, media, fallbackText }: MessageContent): VendorReason | undefined {
  const lengths = [
    ['too_many_slides', 'slides', slidesOf(media, text).length, SINCH_MMS_SLIDES],
    ['subject_too_long', 'characters in its subject', subject?.length ?? 0, SINCH_MMS_SUBJECT],
    [
      'fallback_text_too_long',
      'characters in the text of its SMS',
      fallbackText?.length ?? 0,
      MAX_FALLBACK_TEXT,
    ],
  ] as const;
  const [broken] = lengths.filter(([, , actual, max]) => actual > max);
  if (!broken) return undefined;
  const [statusCode, what, actual, max] = broken;
  return { statusCode, error: `The message has ${actual} ${what}; Sinch takes ${max}.` };
}
