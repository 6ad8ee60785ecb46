/** Versions of vCard that are written: RFC 2426 and RFC 6350. */
export const CARD_VERSIONS = ['3.0', '4.0'] as const;
export type CardVersion = (typeof CARD_VERSIONS)[number];

/** What a number of a card is for; `cell` takes texts, too. */
export const NUMBER_TYPES = ['work', 'home', 'cell', 'voice', 'text', 'fax', 'video', 'pager'] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

export const PLACE_TYPES = ['work', 'home'] as const;
export type PlaceType = (typeof PLACE_TYPES)[number];

/** Images that a card can hold, with what every file of the type begins with, in base64. */
export const CARD_IMAGES = {
  'image/jpeg': '/9j/',
  'image/png': 'iVBORw0KGgo',
  'image/gif': 'R0lGOD',
} as const;
export type CardImageType = keyof typeof CARD_IMAGES;

/** The media type of a card. */
export const VCARD_TYPE = 'text/vcard';

export interface CardName {
  readonly prefix?: string | undefined;
  readonly given?: string | undefined;
  readonly additional?: string | undefined;
  readonly family?: string | undefined;
  readonly suffix?: string | undefined;
}

export interface CardNumber {
  readonly number: string;
  readonly types: readonly NumberType[];
  readonly preferred: boolean;
}

export interface CardAddress {
  readonly type?: PlaceType | undefined;
  readonly street?: string | undefined;
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly country?: string | undefined;
}

/** An image by its address, or embedded. */
export interface CardImage {
  readonly url?: string | undefined;
  readonly contentType?: CardImageType | undefined;
  /** Base64. */
  readonly data?: string | undefined;
}

/** Somebody whom customers may keep among their contacts. */
export interface ContactCard {
  readonly version: CardVersion;
  readonly name?: CardName | undefined;
  /** As phones show it; made of the parts of the name by default. */
  readonly formattedName?: string | undefined;
  readonly organisation?: string | undefined;
  readonly department?: string | undefined;
  readonly title?: string | undefined;
  readonly numbers: readonly CardNumber[];
  readonly emails: readonly { readonly address: string; readonly type?: PlaceType | undefined }[];
  readonly url?: string | undefined;
  readonly address?: CardAddress | undefined;
  readonly note?: string | undefined;
  readonly logo?: CardImage | undefined;
  readonly photo?: CardImage | undefined;
}

/** The name that phones show; empty when the card has none, and then it can't be written. An organisation is no name. */
export function shownName({ formattedName, name }: Pick<ContactCard, 'formattedName' | 'name'>): string {
  const whole = formattedName?.trim() ?? '';
  if (whole !== '') return whole;
  const parts = [name?.prefix, name?.given, name?.additional, name?.family, name?.suffix];
  return parts
    .flatMap((part) => part?.trim() ?? [])
    .filter((part) => part !== '')
    .join(' ');
}
