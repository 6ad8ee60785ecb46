import { ceilingOf } from './carriers.ts';
import { faultOfDevice } from './devices.ts';
import { knownBytes, type Medium } from './medium.ts';
import { subscriberOf } from './subscribers.ts';

/** Why an MMS does not arrive with its media. */
export const MEDIA_FAULTS = ['unreachable', 'too_large', 'unsupported_content'] as const;
export type MediaFault = (typeof MEDIA_FAULTS)[number];

/** What is in the way of an MMS, the same for every vendor; undefined where nothing is. A size that nobody knows is none. */
export function mediaFaultOf(
  { to, sender }: { readonly to: string; readonly sender: string | undefined },
  media: readonly Medium[],
): MediaFault | undefined {
  if (media.some(({ file }) => file === null)) return 'unreachable';
  const { carrier, device } = subscriberOf(to);
  if (knownBytes(media) > ceilingOf(carrier, sender)) return 'too_large';
  return faultOfDevice(device, media);
}
