import { AREAS } from './areas.ts';

const FIRST_NAMES = [
  'Ana',
  'Ben',
  'Chloé',
  'Dev',
  'Ella',
  'Finn',
  'Grace',
  'Hugo',
  'Ines',
  'Jack',
  'Kira',
  'Liam',
];
const LAST_NAMES = [
  'Adams',
  'Brown',
  'Cruz',
  'Díaz',
  'Evans',
  'Foster',
  'Gray',
  'Hall',
  'Ito',
  'Jones',
  'Khan',
  'Lopez',
];
const LANGUAGES = ['en', 'en', 'en', 'es', 'fr-CA'];
const METHODS = ['web_form', 'keyword', 'point_of_sale'];

/** How a customer of the examples is reached: an ordinary number, a magic one by its digits, or a lack. */
type Kind =
  | 'ordinary'
  | 'no_number'
  | 'bad_number'
  | 'abroad'
  | 'shared'
  | 'no_consent'
  | 'unproven'
  | 'revoked'
  | number;

/** Of each thousand customers so many are of a kind; the others are ordinary. */
const KINDS: readonly (readonly [kind: Kind, ofThousand: number])[] = [
  ['no_number', 4],
  ['bad_number', 10],
  ['abroad', 5],
  ['shared', 20],
  ['no_consent', 25],
  ['unproven', 8],
  ['revoked', 12],
  [50, 18],
  [51, 5],
  [52, 10],
  [53, 6],
  [54, 3],
  [55, 2],
  [56, 4],
  [57, 5],
  [58, 2],
  [59, 2],
  [60, 15],
  [61, 4],
  [62, 5],
  [63, 4],
  [64, 3],
  [65, 4],
  [66, 4],
  [67, 4],
  [68, 5],
  [69, 3],
];

const KIND_OF_SLOT: readonly Kind[] = KINDS.flatMap(([kind, count]) =>
  Array.from({ length: count }, () => kind),
);

export interface ExampleCustomer {
  readonly externalId: string;
  readonly phone: string;
  readonly timezone: string;
  readonly language: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly points: number;
  readonly vip: boolean;
  readonly member_since: string;
  readonly sms_reminders: boolean;
  readonly granted: boolean | undefined;
  readonly proof: { readonly time: string; readonly method: string; readonly source: string } | undefined;
}

/** The `index`-th example customer; always the same one. Numbers are of the exchange 555, which nobody has. */
function exampleCustomer(index: number): ExampleCustomer {
  const kind = kindOf(index);
  const area = AREAS[index % AREAS.length] ?? { code: 212, timezone: 'America/New_York' };
  const memberSince = new Date(Date.UTC(2019, 0, 1 + ((index * 37) % 2_000))).toISOString();
  const consents = kind !== 'no_consent';
  return {
    externalId: `c-${String(index + 1).padStart(6, '0')}`,
    phone: phoneOf(kind, index),
    timezone: area.timezone,
    language: pick(LANGUAGES, index),
    first_name: pick(FIRST_NAMES, index * 7),
    last_name: pick(LAST_NAMES, index * 5 + Math.floor(index / 12)),
    points: (index * 131) % 1_000,
    vip: (index * 131) % 1_000 >= 900,
    member_since: memberSince.slice(0, 10),
    sms_reminders: index % 9 !== 0,
    granted: consents ? kind !== 'revoked' : undefined,
    proof:
      consents && kind !== 'unproven'
        ? { time: memberSince, method: pick(METHODS, index), source: 'https://shop.example.com/club' }
        : undefined,
  };
}

/** The kinds are spread evenly over each thousand. */
function kindOf(index: number): Kind {
  return KIND_OF_SLOT[(index * 617) % 1_000] ?? 'ordinary';
}

function phoneOf(kind: Kind, index: number): string {
  switch (kind) {
    case 'no_number':
      return '';
    case 'bad_number':
      return index % 2 === 0 ? 'call me' : '+1 555 555 0100';
    case 'abroad':
      return `+4420718${String(38_000 + (index % 1_000)).padStart(5, '0')}`;
    case 'shared':
      // Two of a household: the number of the ordinary customer before.
      return ordinaryPhone(nearestOrdinary(index));
    case 'ordinary':
    case 'no_consent':
    case 'unproven':
    case 'revoked':
      return ordinaryPhone(index);
    default:
      return magicPhone(kind, index);
  }
}

function nearestOrdinary(index: number): number {
  let before = index - 1;
  while (before > 0 && kindOf(before) !== 'ordinary') before -= 1;
  return Math.max(before, 0);
}

/** Numbers 0200 to 9999 of the exchange but directory assistance: one for each of about a million customers. */
function ordinaryPhone(index: number): string {
  const line = 200 + Math.floor(index / AREAS.length);
  return phone(index % AREAS.length, line >= 1_212 ? line + 1 : line);
}

/** There is one magic number of a kind in each area: when they are used up the customer is ordinary. */
function magicPhone(digits: number, index: number): string {
  const occurrence = Math.floor(index / 1_000) * slotsOf(digits) + slotWithin(digits, index);
  return occurrence < AREAS.length ? phone(occurrence, 100 + digits) : ordinaryPhone(index);
}

function slotsOf(digits: number): number {
  return KINDS.find(([kind]) => kind === digits)?.[1] ?? 1;
}

function slotWithin(digits: number, index: number): number {
  return ((index * 617) % 1_000) - KIND_OF_SLOT.indexOf(digits);
}

function phone(area: number, line: number): string {
  return `+1${AREAS[area]?.code ?? 212}555${String(line).padStart(4, '0')}`;
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError('There is nothing to pick from.');
  return value;
}

const CSV_COLUMNS = [
  'externalId',
  'phone',
  'timezone',
  'language',
  'first_name',
  'last_name',
  'points:number',
  'vip:boolean',
  'member_since:date',
  'sms_reminders:boolean',
  'consent.marketing.granted',
  'consent.marketing.time',
  'consent.marketing.method',
  'consent.marketing.source',
];

/** Example customers as CSV, line by line with the header first. */
export function* exampleCsv(count: number): Generator<string> {
  yield `${CSV_COLUMNS.join(',')}\n`;
  for (let index = 0; index < count; index += 1) {
    const customer = exampleCustomer(index);
    const { granted, proof, ...fields } = customer;
    const cells = [
      ...Object.values(fields),
      granted ?? '',
      proof?.time ?? '',
      proof?.method ?? '',
      proof?.source ?? '',
    ];
    yield `${cells.join(',')}\n`;
  }
}
