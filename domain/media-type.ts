/** What limits tell apart; an `object` is a contact card, a calendar entry or a document. */
export const MEDIA_KINDS = ['image', 'gif', 'video', 'audio', 'object'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

interface MediaTypeFacts {
  readonly kind: MediaKind;
  /** Endings of addresses; ours have the first one. */
  readonly endings: readonly [string, ...string[]];
  /** Other names that are in use for it. */
  readonly aliases: readonly string[];
}

/** Every type of file that a message can carry. */
export const MEDIA_TYPES = {
  'image/jpeg': { kind: 'image', endings: ['jpg', 'jpeg'], aliases: ['image/jpg', 'image/pjpeg'] },
  'image/png': { kind: 'image', endings: ['png'], aliases: ['image/x-png'] },
  'image/gif': { kind: 'gif', endings: ['gif'], aliases: [] },
  'video/mp4': { kind: 'video', endings: ['mp4'], aliases: ['video/x-m4v', 'application/mp4'] },
  'video/quicktime': { kind: 'video', endings: ['mov'], aliases: ['video/mov'] },
  'audio/mpeg': { kind: 'audio', endings: ['mp3'], aliases: ['audio/mp3', 'audio/x-mp3', 'audio/mpeg3'] },
  'audio/aac': { kind: 'audio', endings: ['aac'], aliases: ['audio/x-aac', 'audio/aacp'] },
  'audio/mp4': { kind: 'audio', endings: ['m4a'], aliases: ['audio/x-m4a', 'audio/m4a'] },
  'text/vcard': { kind: 'object', endings: ['vcf'], aliases: ['text/x-vcard', 'text/directory'] },
  'text/calendar': { kind: 'object', endings: ['ics'], aliases: ['text/x-vcalendar', 'application/ics'] },
  'application/pdf': { kind: 'object', endings: ['pdf'], aliases: ['application/x-pdf'] },
} as const satisfies Readonly<Record<string, MediaTypeFacts>>;
export type MediaType = keyof typeof MEDIA_TYPES;

export const MEDIA_TYPE_NAMES = Object.keys(MEDIA_TYPES) as readonly MediaType[];

function facts(type: MediaType): MediaTypeFacts {
  return MEDIA_TYPES[type];
}

const BY_ENDING: ReadonlyMap<string, MediaType> = new Map(
  MEDIA_TYPE_NAMES.flatMap((type) => facts(type).endings.map((ending) => [ending, type] as const)),
);

export function kindOf(type: MediaType): MediaKind {
  return facts(type).kind;
}

/** The ending that our own addresses have for a type. */
export function endingOf(type: MediaType): string {
  return facts(type).endings[0];
}

/** The media type that an address's ending stands for, undefined when it stands for none that we know. */
export function mediaTypeOf(url: string): MediaType | undefined {
  const [, ending = ''] = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(url) ?? [];
  return BY_ENDING.get(ending.toLowerCase());
}

/** The type that a name is in use for, undefined for one that no message can carry. */
export function mediaTypeNamed(name: string): MediaType | undefined {
  const wanted = name.toLowerCase();
  return MEDIA_TYPE_NAMES.find((type) => type === wanted || facts(type).aliases.includes(wanted));
}

/** What servers and browsers say of a file of which they know nothing. */
const NOTHING_DECLARED: ReadonlySet<string> = new Set([
  '',
  'application/octet-stream',
  'binary/octet-stream',
  'application/x-binary',
]);

/**
 * Whether a `Content-Type` says something else than what was found; one that says nothing contradicts nothing.
 * @param declared with parameters or without
 */
export function contradicts(declared: string | undefined, found: MediaType): boolean {
  const [name = ''] = (declared ?? '').split(';');
  const type = name.trim().toLowerCase();
  return !NOTHING_DECLARED.has(type) && type !== found && !facts(found).aliases.includes(type);
}
