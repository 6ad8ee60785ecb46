import type { JsonObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import { NODE_CATALOGUE, NODE_DEFINITIONS, nodeDefinition } from '../../nodes/types.ts';
import { GOOD_CONFIG } from '../support/scenario-graph.ts';

function problemsOf(type: string, config: JsonObject): readonly Problem[] {
  return NODE_CATALOGUE.checkConfig({
    id: 'n',
    type,
    version: 1,
    config: { ...GOOD_CONFIG[type], ...config },
  });
}

describe.each(NODE_DEFINITIONS.map(({ type }) => type))('the configuration of "%s"', (type) => {
  it('takes what is right', () => {
    expect(problemsOf(type, {})).toEqual([]);
  });

  it('refuses a setting that there is not', () => {
    expect(problemsOf(type, { colour: 'red' })).toMatchObject([
      {
        pointer: '/colour',
        code: 'bad_config',
        message: expect.stringContaining('no setting "colour"') as string,
      },
    ]);
  });
});

const SURROUNDINGS = {
  publicUrl: 'https://tidings.example.com',
  contactCardUrl: (key: string) => `https://tidings.example.com/cards/${key}.vcf`,
};

describe('the configuration of a message', () => {
  it('suggests the nearest setting', () => {
    expect(problemsOf('sms', { categroy: 'marketing' })).toMatchObject([
      { pointer: '/categroy', message: 'There is no setting "categroy". Did you mean "category"?' },
    ]);
  });

  it.each<[string, JsonObject, string]>([
    ['no text', { text: '' }, '/text'],
    ['a text that is too long', { text: 'x'.repeat(16_001) }, '/text'],
    ['a category in capitals', { category: 'Marketing' }, '/category'],
    ['a policy that there is not', { policy: 'often' }, '/policy'],
    ['a deadline that is none', { receiptDeadline: 'soon' }, '/receiptDeadline'],
    ['media that no provider could fetch', { media: [{ url: 'file:///etc/logo.png' }] }, '/media/0/url'],
    ['media of an unknown kind', { media: [{ url: 'https://example.com/x' }] }, '/media/0/contentType'],
    [
      'media with a setting that there is not',
      { media: [{ url: '/media/a.png', size: 1 }] },
      '/media/0/size',
    ],
    ['a contact card in capitals', { contactCards: ['Support'] }, '/contactCards/0'],
    ['a contact card twice', { contactCards: ['support', 'support'] }, '/contactCards'],
    [
      'eleven media with its contact cards',
      { media: Array.from({ length: 9 }, () => ({ url: '/media/a.png' })), contactCards: ['one', 'two'] },
      '/contactCards',
    ],
    ['a smartEncoding that is none', { smartEncoding: 'yes' }, '/smartEncoding'],
    ['limits of nobody', { mediaLimits: 'generous' }, '/mediaLimits'],
    ['eleven media', { media: Array.from({ length: 11 }, () => ({ url: '/media/a.png' })) }, '/media'],
  ])('refuses %s', (_, config, pointer) => {
    expect(problemsOf('mms', config)).toMatchObject([{ pointer, code: 'bad_config' }]);
  });

  it('reports a missing category and a missing text together', () => {
    const problems = NODE_CATALOGUE.checkConfig({ id: 'n', type: 'sms', version: 1, config: {} });
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual(['/category', '/text']);
  });

  it('gives the walk the deadline in milliseconds, and nothing of the content', () => {
    const definition = nodeDefinition('mms', 1);
    const parsed = definition?.config.parse({ ...GOOD_CONFIG['mms'], receiptDeadline: '2h' }) ?? {};
    expect(definition?.walkConfig?.(parsed)).toEqual({ receiptDeadlineMs: 7_200_000 });
  });

  it('freezes media with their full address and kind', () => {
    const definition = nodeDefinition('mms', 1);
    const media = [{ url: '/media/sale.png' }, { url: 'https://example.com/x', contentType: 'image/webp' }];
    const parsed = definition?.config.parse({ ...GOOD_CONFIG['mms'], media }) ?? {};
    expect(definition?.freeze?.(parsed, SURROUNDINGS)['media']).toEqual([
      { url: 'https://tidings.example.com/media/sale.png', contentType: 'image/png' },
      { url: 'https://example.com/x', contentType: 'image/webp' },
    ]);
  });
});

describe('the contact cards of an MMS', () => {
  const definition = nodeDefinition('mms', 1);
  const media = [{ url: '/media/sale.png' }];
  const configOf = (more: JsonObject): JsonObject =>
    (definition?.config.parse({ ...GOOD_CONFIG['mms'], media, ...more }) ?? {}) as JsonObject;

  it('are named to the project', () => {
    expect(definition?.references?.(configOf({ contactCards: ['support'] }))).toMatchObject({
      channel: 'mms',
      contactCards: ['support'],
    });
  });

  it('are frozen as media behind the others', () => {
    const frozen = definition?.freeze?.(configOf({ contactCards: ['support'] }), SURROUNDINGS);
    expect(frozen).not.toHaveProperty('contactCards');
    expect(frozen?.['media']).toEqual([
      { url: 'https://tidings.example.com/media/sale.png', contentType: 'image/png' },
      { url: 'https://tidings.example.com/cards/support.vcf', contentType: 'text/vcard' },
    ]);
  });
});

describe('the configuration of a wait and of an exit', () => {
  it.each<[string, string, JsonObject, string]>([
    ['a wait of more than a year', 'wait', { for: '53w' }, '/for'],
    ['a wait of nothing', 'wait', { for: '0s' }, '/for'],
    ['a reason with blanks', 'exit', { reason: 'not today' }, '/reason'],
  ])('refuses %s', (_, type, config, pointer) => {
    expect(problemsOf(type, config)).toMatchObject([{ pointer, code: 'bad_config' }]);
  });
});
