import fc from 'fast-check';
import { GSM_SEPTETS } from '../../domain/gsm-alphabet.ts';
import { countSegments } from '../../domain/segments.ts';
import { SMART_REPLACEMENTS } from '../../domain/smart-replacements.ts';
import { smartText } from '../../domain/smart-text.ts';

describe('the replacements', () => {
  it('are written in GSM-7, for characters that it lacks', () => {
    for (const [character, written] of SMART_REPLACEMENTS) {
      expect([character, GSM_SEPTETS.has(character)]).toEqual([character, false]);
      expect([character, countSegments(written).encoding]).toEqual([character, 'GSM-7']);
    }
  });

  it('take no letter and no digit, but for ligatures and letters that stand for an apostrophe', () => {
    const letters = [...SMART_REPLACEMENTS.keys()].filter((character) => /[\p{L}\p{N}]/u.test(character));
    const ligatures = ['ﬀ', 'ﬁ', 'ﬂ', 'ﬃ', 'ﬄ', 'ﬅ', 'ﬆ', 'Ĳ', 'ĳ'];
    const apostrophes = ['ʹ', 'ʻ', 'ʼ', 'ˈ', 'ʺ', 'ˆ'];
    expect(letters.sort()).toEqual([...ligatures, ...apostrophes].sort());
  });
});

describe('a smart text', () => {
  it.each([
    ['quotes', '“Hi”, it’s ‘new’: „so“, «très»', '"Hi", it\'s \'new\': "so", "très"'],
    ['dashes and an ellipsis', '9–18 h — soon…', '9-18 h - soon...'],
    ['spaces', '5\u00A0€ or\u2009less\u202F!', '5 € or less !'],
    ['bullets', '• one\n• two', '* one\n* two'],
    ['ligatures', 'ﬁnal oﬀer, ĳs', 'final offer, ijs'],
    ['what nobody sees', '\uFEFFcode\u200B: 12\u00AD34', 'code: 1234'],
    ['letters with a combining accent', 'cafe\u0301', 'café'],
  ])('says in GSM-7 what a reader saw: %s', (_, text, expected) => {
    expect(countSegments(text).encoding).toBe('UCS-2');
    expect(smartText(text)).toBe(expected);
  });

  it.each([
    ['accents that GSM-7 lacks', 'Łódź “now”'],
    ['a cedilla in lower case', 'ça va…'],
    ['an emoji', '“Hi” 😀'],
    ['a family of emoji', '👨\u200D👩\u200D👧'],
    ['a keycap', '1\uFE0F\u20E3 “one”'],
    ['fractions and powers', '2½ m²'],
    ['a Catalan letter', 'col·lecció'],
    ['a script with joiners', 'می\u200Cخواهم'],
    // One segment of 70 units, but 210 septets.
    ['what would only get longer', '…'.repeat(70)],
  ])('leaves %s as they are', (_, text) => {
    expect(smartText(text)).toBe(text);
  });

  it('is the text itself or one of GSM-7, never of more segments, and does not change any more', () => {
    const characters = fc.constantFrom(...SMART_REPLACEMENTS.keys(), ...GSM_SEPTETS.keys(), '\u0301');
    const texts = fc.oneof(fc.string({ unit: characters, maxLength: 200 }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(texts, (text) => {
        const smart = smartText(text);
        const [before, after] = [countSegments(text), countSegments(smart)];
        expect(smart === text || after.encoding === 'GSM-7').toBe(true);
        expect(after.segments).toBeLessThanOrEqual(before.segments);
        expect(smartText(smart)).toBe(smart);
      }),
    );
  });
});
