import { keywordOf } from '../../domain/keyword.ts';

const NOTHING = { text: null, keyword: null, subject: null };
const ofText = (text: string): string | null => keywordOf({ ...NOTHING, text });

describe('a message that is nothing but a keyword', () => {
  it.each([
    [
      'stop',
      ['STOP', 'stop', 'Quit', 'END', 'revoke', 'opt out', 'Opt-Out', 'OPTOUT', 'cancel', 'UNSUBSCRIBE'],
    ],
    ['stop', ['STOPALL', 'Stop all', 'ARRET', 'ARRÊT', 'arre\u0302t']],
    [
      'stop',
      [
        '  stop \n',
        'Stop.',
        '"STOP"',
        '“Stop!!”',
        'S.T.O.P.',
        'STOP 🛑',
        '\u200bSTOP\u200b',
        'ＳＴＯＰ',
        'opt  out',
      ],
    ],
    ['start', ['START', 'start!', 'Unstop']],
    ['help', ['HELP', 'Info?', 'aide']],
  ] as const)('is taken for %s', (keyword, texts) => {
    for (const text of texts) expect([text, ofText(text)]).toEqual([text, keyword]);
  });

  it('is none if it says anything else, or nothing', () => {
    const others = [
      'please stop',
      'STOP it',
      'stop 2',
      "don't stop",
      'nonstop',
      'stopp',
      'the end',
      'no',
      '',
    ];
    for (const text of [...others, '?!', 'constructor', '__proto__'])
      expect([text, ofText(text)]).toEqual([text, null]);
  });
});

describe('what the provider takes for the keyword', () => {
  it('counts only where the text is not given', () => {
    expect(keywordOf({ ...NOTHING, keyword: 'STOP' })).toBe('stop');
    expect(keywordOf({ ...NOTHING, keyword: 'STOP', subject: 'Your card' })).toBe('stop');
    expect(keywordOf({ text: 'STOP by tomorrow', keyword: 'STOP', subject: null })).toBeNull();
  });

  it('is followed by the subject where there is neither', () => {
    expect(keywordOf({ ...NOTHING, subject: 'Stop' })).toBe('stop');
    expect(keywordOf({ ...NOTHING, keyword: 'INFO', subject: 'Stop' })).toBe('help');
  });
});
