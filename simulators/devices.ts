import type { MediaKind, MediaType } from '../domain/media-type.ts';
import type { MediaFault } from './media-fault.ts';
import { knownBytes, type Medium } from './medium.ts';

/** A model of what kinds of phones can show: simpler than any real one. */
export interface Device {
  readonly name: string;
  /** What it can't show. A file that nobody can name is shown. */
  readonly refuses: readonly (MediaKind | MediaType)[];
  /** Most bytes of all media of an MMS. Default any number. */
  readonly mmsBytes?: number;
}

/** Phones that magic numbers have. */
export const DEVICES = {
  iphone: { name: 'iPhone', refuses: [] },
  android: { name: 'Android', refuses: ['text/calendar', 'video/quicktime'] },
  /** Of a GIF it shows the first frame. */
  flip: { name: 'flip phone', refuses: ['video', 'audio', 'object'], mmsBytes: 300_000 },
} as const satisfies Readonly<Record<string, Device>>;

/** Why a phone does not take an MMS with these media; undefined where it does. */
export function faultOfDevice(device: Device, media: readonly Medium[]): MediaFault | undefined {
  const { refuses, mmsBytes = Number.POSITIVE_INFINITY } = device;
  const isRefused = ({ type, kind }: Medium): boolean =>
    [type, kind].some((name) => name !== undefined && refuses.includes(name));
  if (media.some(isRefused)) return 'unsupported_content';
  return knownBytes(media) > mmsBytes ? 'too_large' : undefined;
}
