import fc from 'fast-check';
import { GSM_SEPTETS } from '../../domain/gsm-alphabet.ts';
import { countSegments, forcingCharacters } from '../../domain/segments.ts';

const GSM = fc.constantFrom(...GSM_SEPTETS.keys());
/** Texts of any characters; most are near the lengths at which segments end. */
const texts = fc.oneof(
  fc.string({ unit: GSM, maxLength: 400 }),
  fc.string({ unit: GSM, minLength: 145, maxLength: 165 }),
  fc.string({ unit: fc.oneof(GSM, fc.constantFrom('😀', 'ł', '“')), minLength: 30, maxLength: 150 }),
);

/** The segments as they are sent: filled one after the other with whole characters. */
function filled(text: string, room: number, sizeOf: (character: string) => number): readonly string[] {
  const segments: string[] = [];
  let segment = '';
  let used = 0;
  for (const character of text) {
    if (used + sizeOf(character) > room) {
      segments.push(segment);
      [segment, used] = ['', 0];
    }
    used += sizeOf(character);
    segment += character;
  }
  return [...segments, segment];
}

describe('the alphabet', () => {
  it('has 127 characters of one septet and ten of two', () => {
    const sizes = [...GSM_SEPTETS.values()];
    expect([sizes.filter((size) => size === 1).length, sizes.filter((size) => size === 2).length]).toEqual([
      127, 10,
    ]);
  });
});

describe('a text', () => {
  it.each([
    ['', 'GSM-7', 1, 0, 160],
    ['a'.repeat(160), 'GSM-7', 1, 160, 0],
    ['a'.repeat(161), 'GSM-7', 2, 161, 145],
    ['a'.repeat(306), 'GSM-7', 2, 306, 0],
    ['a'.repeat(307), 'GSM-7', 3, 307, 152],
    // Two septets each.
    ['€'.repeat(80), 'GSM-7', 1, 160, 0],
    ['€'.repeat(81), 'GSM-7', 2, 162, 143],
    // 153 is odd: the 77th is not parted, and one septet stays empty.
    ['€'.repeat(152), 'GSM-7', 2, 304, 1],
    ['€'.repeat(153), 'GSM-7', 3, 306, 151],
    [`${'a'.repeat(152)}€${'a'.repeat(151)}`, 'GSM-7', 2, 305, 0],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3, 306, 152],
    ['ł'.repeat(70), 'UCS-2', 1, 70, 0],
    ['ł'.repeat(71), 'UCS-2', 2, 71, 63],
    ['ł'.repeat(134), 'UCS-2', 2, 134, 0],
    ['ł'.repeat(135), 'UCS-2', 3, 135, 66],
    ['😀'.repeat(35), 'UCS-2', 1, 70, 0],
    // 67 is odd: no emoji is parted.
    ['😀'.repeat(66), 'UCS-2', 2, 132, 1],
    ['😀'.repeat(67), 'UCS-2', 3, 134, 65],
    // A single curly quote costs all the others: it was one segment of GSM-7.
    [`${'a'.repeat(150)}’`, 'UCS-2', 3, 151, 50],
    ['Ça coûte', 'UCS-2', 1, 8, 62],
    ['Là-bas: 5 € [20 %]', 'GSM-7', 1, 21, 139],
  ])('%# is counted as it is sent', (text, encoding, segments, units, left) => {
    const counted = countSegments(text);
    expect({ ...counted, lastSegment: counted.lastSegment.left }).toMatchObject({
      encoding,
      segments,
      units,
      lastSegment: left,
    });
  });

  it('never parts a character, and fills each segment as far as it goes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { encoding, segments, units, unitsPerSegment, lastSegment } = countSegments(text);
        const sizeOf = (character: string): number =>
          encoding === 'GSM-7' ? (GSM_SEPTETS.get(character) ?? Number.NaN) : character.length;
        const sent = filled(text, unitsPerSegment, sizeOf);
        const used = sent.map((segment) => Array.from(segment, sizeOf).reduce((sum, size) => sum + size, 0));
        expect(sent).toHaveLength(segments);
        expect(used.reduce((sum, each) => sum + each)).toBe(units);
        expect(lastSegment).toEqual({ used: used.at(-1), left: unitsPerSegment - (used.at(-1) ?? 0) });
        // 140 octets, of which a header of several takes six.
        const octets = Math.ceil(Math.max(...used) * (encoding === 'GSM-7' ? 7 / 8 : 2));
        expect(octets).toBeLessThanOrEqual(segments === 1 ? 140 : 134);
      }),
    );
  });

  it('takes no fewer segments when something is added', () => {
    fc.assert(
      fc.property(texts, texts, (text, more) => {
        expect(countSegments(text + more).segments).toBeGreaterThanOrEqual(countSegments(text).segments);
      }),
    );
  });
});

describe('what forces UCS-2', () => {
  it('is each character once, where it stands first', () => {
    expect(forcingCharacters('😀 “Hi” 😀 ł“')).toEqual([
      { character: '😀', codePoint: 'U+1F600', position: 0 },
      { character: '“', codePoint: 'U+201C', position: 3 },
      { character: '”', codePoint: 'U+201D', position: 6 },
      { character: 'ł', codePoint: 'U+0142', position: 11 },
    ]);
  });

  it('is nothing in GSM-7, and something in everything else', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), (text) => {
        expect(forcingCharacters(text).length > 0).toBe(countSegments(text).encoding === 'UCS-2');
        for (const { character, position } of forcingCharacters(text))
          expect(text.indexOf(character)).toBe(position);
      }),
    );
  });
});
