import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const check = (body: unknown) => stack.api.call('POST', '/v1/texts/check', body);

describe('a text that is checked', () => {
  it('is told its segments and what forces UCS-2', async () => {
    const text = `“Hi” 😀 ${'a'.repeat(70)}`;
    expect(await check({ text })).toMatchObject({
      status: 200,
      body: {
        text,
        replaced: false,
        length: 78,
        encoding: 'UCS-2',
        segments: 2,
        units: 78,
        unitsPerSegment: 67,
        lastSegment: { used: 11, left: 56 },
        forcing: [
          { character: '“', codePoint: 'U+201C', position: 0 },
          { character: '”', codePoint: 'U+201D', position: 3 },
          { character: '😀', codePoint: 'U+1F600', position: 5 },
        ],
        forcingCount: 3,
      },
    });
  });

  it('is shown as smartEncoding would have it sent', async () => {
    expect((await check({ text: '“Hi”…', smartEncoding: true })).body).toMatchObject({
      text: '"Hi"...',
      replaced: true,
      encoding: 'GSM-7',
      segments: 1,
      lastSegment: { used: 7, left: 153 },
      forcing: [],
    });
    expect((await check({ text: '“Hi” 😀', smartEncoding: true })).body).toMatchObject({
      text: '“Hi” 😀',
      replaced: false,
    });
  });

  it('has its first twenty forcing characters named, and all counted', async () => {
    const text = Array.from({ length: 30 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
    const { forcing, forcingCount } = (await check({ text })).body;
    expect(forcing).toHaveLength(20);
    expect(forcingCount).toBe(30);
  });

  it('may be empty, and is refused when it is missing, too long or no text', async () => {
    expect((await check({ text: '' })).body).toMatchObject({ segments: 1, units: 0 });
    for (const body of [{}, { text: 'x'.repeat(16_001) }, { text: 7 }, { text: '\ud800' }])
      expectProblem(await check(body), 422, 'bad_body');
    const wrong = await check({ text: 'Hi', smart: true });
    expectProblem(wrong, 422, 'bad_body');
    expect(wrong.body['errors']).toMatchObject([{ pointer: '/smart', code: 'unknown_field' }]);
  });
});

describe('a scenario whose texts are costly', () => {
  const sms = (id: string, config: object): object => ({
    id,
    type: 'sms',
    config: { category: 'marketing', ...config },
  });
  const scenario = (...nodes: readonly object[]): object => chain('Texts', NOW, ...nodes);

  async function warningsOf(body: object): Promise<readonly unknown[]> {
    const answer = await stack.api.call('POST', '/v1/scenarios/validate', body);
    expect(answer).toMatchObject({ status: 200, body: { valid: true, problems: [] } });
    return answer.body['warnings'] as unknown[];
  }

  it('is valid, and its author is warned of each text that is so for everybody', async () => {
    const long = 'a'.repeat(161);
    const warnings = await warningsOf(
      scenario(
        sms('quotes', { text: 'Hello “{{ customer.first_name }}”' }),
        sms('smart', { text: 'Hello “you”', smartEncoding: true }),
        sms('emoji', { text: 'Hello 😀\u200D', smartEncoding: true }),
        sms('long', { text: `{{ customer.first_name }} ${long}` }),
        sms('perhaps', { text: `{% if customer.vip %}😀 ${long}{% endif %} Hi` }),
        mms('pictures', { text: `😀 ${long}` }),
        mms('linked', { text: 'Look', fallback: { text: `“See”: ${'a'.repeat(50)} {{ message.link }}` } }),
        mms('silent', { text: 'Look', fallback: { by: 'off', text: `😀 ${long}` } }),
      ),
    );
    expect(warnings).toEqual([
      {
        pointer: '/nodes/1/config/text',
        code: 'text_forces_ucs2',
        message:
          'The text of "quotes" has “ (U+201C), ” (U+201D), which GSM-7 lacks: an SMS of it takes 70 characters ' +
          'instead of 160. Set smartEncoding to have them replaced.',
      },
      {
        pointer: '/nodes/3/config/text',
        code: 'text_forces_ucs2',
        message:
          'The text of "emoji" has 😀 (U+1F600), U+200D, which GSM-7 lacks: an SMS of it takes 70 characters ' +
          'instead of 160. Write it without them, if it can be.',
      },
      {
        pointer: '/nodes/4/config/text',
        code: 'text_several_segments',
        message:
          'The text of "long" takes 2 segments (GSM-7) before anything of the customer\'s is filled in: each is sent, ' +
          'and paid, as a message.',
      },
      {
        pointer: '/nodes/7/config/fallback/text',
        code: 'text_forces_ucs2',
        message:
          'The fallback text of "linked" has “ (U+201C), ” (U+201D), which GSM-7 lacks: an SMS of it takes 70 ' +
          'characters instead of 160. Set smartEncoding to have them replaced.',
      },
      {
        pointer: '/nodes/7/config/fallback/text',
        code: 'text_several_segments',
        message:
          'The fallback text of "linked" takes 2 segments (UCS-2) before anything of the customer\'s is filled in: ' +
          'each is sent, and paid, as a message.',
      },
    ]);
  });

  it('is warned of by a dry run, too, and launched all the same', async () => {
    const scenarioId = await stack.api.createScenario(
      scenario(sms('send', { text: `Łódź ${'a'.repeat(70)}` })),
    );
    const dry = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(dry.body['warnings']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'text_forces_ucs2', node_id: 'send' }),
        expect.objectContaining({ code: 'text_several_segments', node_id: 'send' }),
      ]),
    );
    expect((await stack.api.launch(scenarioId)).status).toBe(202);
  });

  it('with a template that can’t be parsed is told that alone', async () => {
    const answer = await stack.api.call(
      'POST',
      '/v1/scenarios/validate',
      scenario(sms('send', { text: '“{{ customer.' })),
    );
    expect(answer.body).toMatchObject({ valid: false, problems: [{ code: 'bad_template' }], warnings: [] });
  });
});
