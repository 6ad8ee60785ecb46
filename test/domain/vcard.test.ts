import fc from 'fast-check';
import { CARD_VERSIONS, NUMBER_TYPES, shownName, type ContactCard } from '../../domain/contact-card.ts';
import { writeVcard } from '../../domain/vcard.ts';

const NOBODY = { version: '3.0', numbers: [], emails: [] } as const;

const SUPPORT: ContactCard = {
  version: '3.0',
  name: { given: 'Zoë', family: 'Brown; Jr', prefix: 'Dr.' },
  organisation: 'Acme, Inc.',
  department: 'Support',
  title: 'Head of C\\Support',
  numbers: [
    { number: '+1 206 555-0100', types: ['work', 'text'], preferred: true },
    { number: '28444', types: [], preferred: false },
  ],
  emails: [{ address: 'help@acme.example', type: 'work' }],
  url: 'https://acme.example/help?a=1,2;b',
  address: { type: 'work', street: '1 Main St\nFloor 2', city: 'Seattle', region: 'WA', postalCode: '98101' },
  note: 'Mo–Fr 9–18 h\r\nClosed on holidays',
  logo: { url: 'https://acme.example/logo.png' },
  photo: { contentType: 'image/png', data: 'iVBORw0KGgo=' },
};

interface Property {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly value: string;
}

/** Reads a card as its receiver does: lines are put together again, then parted. */
function read(vcard: string): readonly Property[] {
  const lines = vcard.replace(/\r\n[ \t]/g, '').split('\r\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    const [, head = '', value = ''] = /^([^:]*):(.*)$/s.exec(line) ?? [];
    const [name = '', ...parameters] = head.split(';');
    return { name, parameters, value };
  });
}

/** Parts of a value, parted by `;`, each without its escapes. */
function partsOf(value: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const [token] of value.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (token === ';') {
      parts.push(part);
      part = '';
    } else part += token === '\\n' ? '\n' : token.replace(/^\\/, '');
  }
  return [...parts, part];
}

function valueOf(vcard: string, name: string): string | undefined {
  return read(vcard).find((property) => property.name === name)?.value;
}

describe('a contact card', () => {
  it('is written as version 3.0 has it', () => {
    expect(writeVcard(SUPPORT).replace(/\r\n /g, '').split('\r\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN:Dr. Zoë Brown\\; Jr',
      'N:Brown\\; Jr;Zoë;;Dr.;',
      'ORG:Acme\\, Inc.;Support',
      'TITLE:Head of C\\\\Support',
      'TEL;TYPE=work;TYPE=msg;TYPE=pref:+1 206 555-0100',
      'TEL:28444',
      'EMAIL;TYPE=internet;TYPE=work:help@acme.example',
      'URL:https://acme.example/help?a=1,2;b',
      'ADR;TYPE=work:;;1 Main St\\nFloor 2;Seattle;WA;98101;',
      'NOTE:Mo–Fr 9–18 h\\nClosed on holidays',
      'LOGO;VALUE=uri:https://acme.example/logo.png',
      'PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=',
      'END:VCARD',
      '',
    ]);
  });

  it('is written as version 4.0 has it', () => {
    const lines = writeVcard({ ...SUPPORT, version: '4.0' })
      .replace(/\r\n /g, '')
      .split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'VERSION:4.0',
        'TEL;VALUE=uri;TYPE=work;TYPE=text;PREF=1:tel:+12065550100',
        'TEL;VALUE=text:28444',
        'EMAIL;TYPE=work:help@acme.example',
        'LOGO:https://acme.example/logo.png',
        'PHOTO:data:image/png;base64,iVBORw0KGgo=',
      ]),
    );
  });

  it('shows the whole name where its parts are not given', () => {
    expect(writeVcard({ ...NOBODY, formattedName: 'Acme Support' })).toBe(
      'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Acme Support\r\nN:Acme Support;;;;\r\nEND:VCARD\r\n',
    );
  });

  it.each([{}, { formattedName: ' ' }, { name: {} }, { name: { given: ' ' } }, { organisation: 'Acme' }])(
    'can’t be written without a name: %j',
    (fields) => {
      expect(shownName(fields)).toBe('');
      expect(() => writeVcard({ ...NOBODY, ...fields })).toThrow(RangeError);
    },
  );

  it('holds what was written into it, whatever that was, and no line that it does not have', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.string({
        unit: fc.constantFrom(';', ',', '\\', ':', '\r', '\n', '\t', ' ', 'n', 'é', '日', '😀', '"'),
      }),
    );
    const cards = fc.record({
      version: fc.constantFrom(...CARD_VERSIONS),
      formattedName: text.map((name) => `x${name}`),
      name: fc.record({ given: text, family: text.map((name) => `y${name}`) }),
      numbers: fc.array(
        fc.record({
          number: fc.constantFrom('+12065550100', '28444'),
          types: fc.subarray([...NUMBER_TYPES]),
          preferred: fc.boolean(),
        }),
      ),
      emails: fc.constant([]),
      url: text.map((path) => `https://example.com/${path}`),
      note: text,
    });
    /** What a card can hold of a text. */
    const kept = (given: string): string => given.replace(/\r\n?/g, '\n').replace(/(?![\n\t])\p{Cc}/gu, '');
    fc.assert(
      fc.property(cards, (card) => {
        const vcard = writeVcard(card);
        const lines = vcard.split('\r\n');
        for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(Buffer.from(vcard, 'utf8').toString('utf8').includes('\uFFFD')).toBe(
          JSON.stringify(card).includes('\uFFFD'),
        );
        expect(read(vcard).map(({ name }) => name)).toEqual([
          ...['BEGIN', 'VERSION', 'FN', 'N', ...card.numbers.map(() => 'TEL'), 'URL', 'NOTE', 'END'],
        ]);
        expect(partsOf(valueOf(vcard, 'NOTE') ?? '')).toEqual([kept(card.note)]);
        expect(partsOf(valueOf(vcard, 'FN') ?? '')).toEqual([kept(card.formattedName.trim())]);
        const [family, given] = partsOf(valueOf(vcard, 'N') ?? '');
        expect([family, given]).toEqual([kept(card.name.family.trim()), kept(card.name.given.trim())]);
      }),
    );
  });

  it('is folded as late as it can be', () => {
    const note = `${'é'.repeat(100)}${'😀'.repeat(50)}`;
    const lines = writeVcard({ ...NOBODY, formattedName: 'A', note }).split('\r\n');
    const folded = lines.slice(
      lines.findIndex((line) => line.startsWith('NOTE')),
      -3,
    );
    for (const line of folded) expect(Buffer.byteLength(line)).toBeGreaterThan(75 - 4);
    expect(folded.length).toBeGreaterThan(4);
  });
});
