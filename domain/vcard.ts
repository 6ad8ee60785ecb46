import { shownName, type CardImage, type CardVersion, type ContactCard } from './contact-card.ts';

/** Most octets of a line, without its end. Source: RFC 2426, 2.6 and RFC 6350, 3.2. */
const MAX_LINE_OCTETS = 75;
const LINE_END = '\r\n';

/** A property as it is written, before it is folded. */
type Line = string;

/** What the versions write differently. */
interface Dialect {
  readonly tel: (number: string, types: readonly string[], preferred: boolean) => Line;
  readonly email: (address: string, types: readonly string[]) => Line;
  readonly image: (property: 'LOGO' | 'PHOTO', image: CardImage) => readonly Line[];
}

const V3: Dialect = {
  tel: (number, types, preferred) => {
    const known = types.map((type) => (type === 'text' ? 'msg' : type));
    return line('TEL', typesOf(preferred ? [...known, 'pref'] : known), textValue(number));
  },
  email: (address, types) => line('EMAIL', typesOf(['internet', ...types]), textValue(address)),
  image: (property, { url, contentType, data }) => {
    if (url !== undefined) return [line(property, ['VALUE=uri'], uriValue(url))];
    if (contentType === undefined || data === undefined) return [];
    const type = contentType.replace(/^image\//, '').toUpperCase();
    return [line(property, ['ENCODING=b', `TYPE=${type}`], data)];
  },
};

const V4: Dialect = {
  tel: (number, types, preferred) => {
    const rest = [...typesOf(types), ...(preferred ? ['PREF=1'] : [])];
    // Only an international number is one everywhere: a short code is no address.
    return number.startsWith('+')
      ? line('TEL', ['VALUE=uri', ...rest], `tel:+${number.replace(/\D/g, '')}`)
      : line('TEL', ['VALUE=text', ...rest], textValue(number));
  },
  email: (address, types) => line('EMAIL', typesOf(types), textValue(address)),
  image: (property, { url, contentType, data }) => {
    if (url !== undefined) return [line(property, [], uriValue(url))];
    if (contentType === undefined || data === undefined) return [];
    return [line(property, [], `data:${contentType};base64,${data}`)];
  },
};

const DIALECTS: Readonly<Record<CardVersion, Dialect>> = { '3.0': V3, '4.0': V4 };

/**
 * Writes a card as vCard 3.0 (RFC 2426) or 4.0 (RFC 6350), in UTF-8, its lines folded.
 *
 * The same card gives the same text at any time. Whatever its fields hold, none can begin a line of its own.
 * @throws RangeError when it has no name
 */
export function writeVcard(card: ContactCard): string {
  const name = shownName(card);
  if (name === '') throw new RangeError('A contact card needs a name.');
  const { tel, email, image } = DIALECTS[card.version];
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${card.version}`,
    line('FN', [], textValue(name)),
    nameLine(card, name),
    ...organisationLines(card),
    ...textLine('TITLE', card.title),
    ...card.numbers.map(({ number, types, preferred }) => tel(number, types, preferred)),
    ...card.emails.map(({ address, type }) => email(address, type === undefined ? [] : [type])),
    ...(card.url === undefined ? [] : [line('URL', [], uriValue(card.url))]),
    ...addressLines(card),
    ...textLine('NOTE', card.note),
    ...(card.logo ? image('LOGO', card.logo) : []),
    ...(card.photo ? image('PHOTO', card.photo) : []),
    'END:VCARD',
  ];
  return lines.map((each) => fold(each) + LINE_END).join('');
}

/** Version 3.0 demands it, and phones show it: a name without parts stands as a whole where the family name does. */
function nameLine({ name = {} }: ContactCard, shown: string): Line {
  const parts = [name.family, name.given, name.additional, name.prefix, name.suffix];
  const isParted = parts.some((part) => (part?.trim() ?? '') !== '');
  return line('N', [], compound(isParted ? parts : [shown, '', '', '', '']));
}

function organisationLines({ organisation, department }: ContactCard): readonly Line[] {
  if (organisation === undefined && department === undefined) return [];
  return [line('ORG', [], compound(department === undefined ? [organisation] : [organisation, department]))];
}

/** Without post-office box and extended address, which RFC 6350 advises to leave empty. */
function addressLines({ address }: ContactCard): readonly Line[] {
  if (!address) return [];
  const { type, street, city, region, postalCode, country } = address;
  const types = typesOf(type === undefined ? [] : [type]);
  return [line('ADR', types, compound(['', '', street, city, region, postalCode, country]))];
}

function textLine(property: string, text: string | undefined): readonly Line[] {
  return text === undefined ? [] : [line(property, [], textValue(text))];
}

function line(property: string, parameters: readonly string[], value: string): Line {
  return `${[property, ...parameters].join(';')}:${value}`;
}

/** Each type is a parameter of its own: so it needs no quotes in either version. */
function typesOf(types: readonly string[]): readonly string[] {
  return types.map((type) => `TYPE=${type}`);
}

function compound(parts: readonly (string | undefined)[]): string {
  return parts.map((part) => textValue(part?.trim() ?? '')).join(';');
}

/** A text value: a line break becomes `\n`; other control characters, which a card may not hold, are left out. */
function textValue(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\n/g, '\\n');
}

/** An address is not escaped; what can't stand in one is encoded. */
function uriValue(uri: string): string {
  return uri.replace(/[\s\p{Cc}]/gu, encodeURIComponent);
}

/** Parts a line into such of at most 75 octets, between characters: what follows a break and a blank belongs to it. */
function fold(unfolded: Line): string {
  let folded = '';
  let octets = 0;
  for (const character of unfolded) {
    const size = octetsOf(character);
    if (octets + size > MAX_LINE_OCTETS) {
      folded += `${LINE_END} `;
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** In UTF-8. */
function octetsOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_0000 ? 3 : 4;
}
