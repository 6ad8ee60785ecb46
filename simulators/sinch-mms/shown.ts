import type { ShownMessage } from '../ledger.ts';
import type { SavedContent } from './saved.ts';
import type { Generation, SinchMmsRequest } from './wire.ts';

/** What a call has saved, or sends as a whole. */
export function contentOf({ slide = [], 'message-subject': subject }: SinchMmsRequest): SavedContent {
  return { subject: subject ?? null, texts: slide.map((each) => each['message-text']) };
}

/** What a handset shows of a content that is sent as it is. */
export function shownOf({ subject, texts }: SavedContent): ShownMessage {
  return { subject, texts: texts.filter((text) => text !== undefined) };
}

/** What it shows of one that was saved, and is changed by the fields that the account honours. */
export function shownOfSaved(
  saved: SavedContent,
  asked: SinchMmsRequest,
  generation: Generation,
): ShownMessage {
  if (generation === 'current')
    return shownOf({ ...saved, subject: asked['message-subject'] ?? saved.subject });
  const texts = saved.texts.map(
    (text, index) => asked['custom-text']?.find(({ slide }) => slide === index + 1)?.value ?? text,
  );
  return shownOf({ subject: asked['custom-subject'] ?? saved.subject, texts });
}
