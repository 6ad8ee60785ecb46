import type { LimitSet } from '../../domain/media-limits.ts';
import { kindOf, mediaTypeNamed, mediaTypeOf } from '../../domain/media-type.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import type { MediaMessage } from './check-media.ts';

/** What keeps a message from being sent because it has too much of something: slides, or characters in its subject. */
export function checkParts(message: MediaMessage, sets: readonly LimitSet[]): readonly Problem[] {
  const slides = countSlides(message);
  return sets.flatMap(({ preset, slides: maxSlides = Infinity, subject: maxSubject = Infinity }) => [
    ...(slides > maxSlides
      ? [
          {
            pointer: `${message.pointer}/media`,
            code: 'too_many_slides',
            message: `The message takes ${slides} slides, one for each medium, contact cards among them, and one for the text where the first is a document; "${preset}" allows ${maxSlides}. Send fewer.`,
          },
        ]
      : []),
    ...(message.subject.length > maxSubject
      ? [
          {
            pointer: `${message.pointer}/subject`,
            code: 'subject_too_long',
            message: `The subject has ${message.subject.length} characters before anything of the customer's is filled in; "${preset}" allows ${maxSubject}. Make it shorter.`,
          },
        ]
      : []),
  ]);
}

/** Contact cards come behind the media. */
function countSlides({ references, cardBytes }: MediaMessage): number {
  const [first, ...others] = references.media ?? [];
  const type = first && (mediaTypeNamed(first.contentType ?? '') ?? mediaTypeOf(first.url));
  const isShared = first && !(type && kindOf(type) === 'object');
  return (first ? 1 + others.length : 0) + cardBytes.length + (isShared ? 0 : 1);
}
