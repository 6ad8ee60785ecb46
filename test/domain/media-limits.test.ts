import { LIMIT_PRESETS, LIMIT_SETS, limitSets, strictest } from '../../domain/media-limits.ts';
import { brokenLimits, largestFile } from '../../domain/message-size.ts';
import { PROVIDER_NAMES } from '../../domain/provider-names.ts';
import { senderKindOf } from '../../domain/sender-kind.ts';

const sent = (provider: string, sender: string): ReturnType<typeof strictest> =>
  strictest(limitSets(provider, senderKindOf(sender)));

describe('the limits', () => {
  it('are named once for each kind of sender', () => {
    for (const preset of LIMIT_PRESETS)
      for (const value of ['28444', '18005550100', '12065550100', 'Harbour']) {
        expect([preset, value, limitSets(preset, senderKindOf(value)).length]).toEqual([preset, value, 1]);
      }
    expect(new Set(LIMIT_SETS.map(({ preset }) => preset))).toEqual(new Set(LIMIT_PRESETS));
  });

  it('of a provider stand under the name of its integrations', () => {
    expect(LIMIT_PRESETS.filter((preset) => (PROVIDER_NAMES as readonly string[]).includes(preset))).toEqual([
      'infobip',
      'sinch-mms',
    ]);
  });

  it('of several at once are the strictest of each', () => {
    const both = strictest([
      ...limitSets('safe'),
      ...limitSets('infobip'),
      ...limitSets('sinch-mms', 'short-code'),
    ]);
    expect(both).toEqual({
      message: 300_000,
      text: 1_600,
      files: { image: 500_000, gif: 300_000, video: 50_000_000, audio: 500_000, object: 2_048_000 },
    });
    expect(strictest([])).toEqual({ files: {} });
  });
});

describe('a message', () => {
  it('is measured whole: its media and its text', () => {
    const media = [
      { kind: 'image', bytes: 150_000 },
      { kind: 'gif', bytes: 149_000 },
    ] as const;
    const limits = sent('infobip', '12065550100');
    expect(brokenLimits({ media }, limits)).toEqual([]);
    expect(brokenLimits({ media, text: { characters: 1_001, bytes: 1_001 } }, limits)).toEqual([
      { limit: 'message', max: 300_000, actual: 300_001 },
    ]);
  });

  it('may carry more from a short code, which Sinch transcodes', () => {
    const media = [
      { kind: 'image', bytes: 1_200_000 },
      { kind: 'image', bytes: 2_900_000 },
      { kind: 'video', bytes: 49_000_000 },
    ] as const;
    expect(brokenLimits({ media }, sent('sinch-mms', '28444'))).toEqual([]);
    expect(brokenLimits({ media }, sent('sinch-mms', '12065550100'))).toEqual([
      { limit: 'image', max: 1_000_000, actual: 2_900_000 },
      { limit: 'video', max: 1_000_000, actual: 49_000_000 },
    ]);
  });

  it('has a text that may be too long by itself', () => {
    const text = { characters: 1_601, bytes: 1_601 };
    expect(brokenLimits({ media: [], text }, sent('infobip', '28444'))).toEqual([
      { limit: 'text', max: 1_600, actual: 1_601 },
    ]);
    expect(brokenLimits({ media: [], text }, sent('sinch-mms', '28444'))).toEqual([]);
  });

  it('has room for its text beside the largest file that it may carry', () => {
    const [safe] = limitSets('safe');
    expect(largestFile('image', safe ?? {})).toBe(492_000);
    expect(largestFile('gif', safe ?? {})).toBe(300_000);
    expect(largestFile('video', sent('sinch-mms', '28444'))).toBe(50_000_000);
    expect(largestFile('object', strictest(limitSets('recommended')))).toBeUndefined();
  });
});

describe('a sender', () => {
  it.each([
    ['28444', 'short-code'],
    ['+18005550100', 'toll-free'],
    ['18335550100', 'toll-free'],
    ['12065550100', 'long-code'],
    ['18015550100', 'long-code'],
    ['Harbour', 'alphanumeric'],
  ])('is of a kind: %s is a %s', (value, kind) => {
    expect(senderKindOf(value)).toBe(kind);
  });
});
