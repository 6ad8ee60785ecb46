import { request } from 'undici';
import { Api, type ApiAnswer } from '../support/api.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Card {
  readonly key: string;
  readonly version: string;
  readonly shownName: string;
  readonly vcardUrl: string;
  readonly bytes: number;
  readonly [field: string]: unknown;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const make = (card: object): Promise<ApiAnswer<Card>> => stack.api.call('POST', '/v1/contact-cards', card);

const SUPPORT = {
  formattedName: 'Acme Support',
  organisation: 'Acme, Inc.',
  numbers: [{ number: '+1 206 555 0100', types: ['work', 'text'], preferred: true }],
  emails: [{ address: 'help@acme.example' }],
  logo: { contentType: 'image/png', data: 'iVBORw0KGgo=' },
};

/** What anybody gets at an address, without a key. */
async function fetched(
  url: string,
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { statusCode, headers, body } = await request(url);
  return { status: statusCode, headers, text: await body.text() };
}

describe('a contact card', () => {
  it('is stored as it was given, and read again', async () => {
    const made = await make({ key: 'support', ...SUPPORT });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: '/v1/contact-cards/support', etag: expect.any(String) as string },
      body: { key: 'support', version: '3.0', shownName: 'Acme Support', ...SUPPORT, emails: [{}] },
    });
    const read = await stack.api.call<Card>('GET', '/v1/contact-cards/support');
    expect([read.status, read.body, read.headers['etag']]).toEqual([200, made.body, made.headers['etag']]);
  });

  it('is shown to its project as a phone gets it', async () => {
    await make({ key: 'preview', formattedName: 'Ana', numbers: [{ number: '28444' }], version: '4.0' });
    const preview = await stack.api.call('GET', '/v1/contact-cards/preview.vcf');
    expect([preview.status, preview.headers['content-type'], preview.text]).toEqual([
      200,
      'text/vcard; charset=utf-8',
      'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana\r\nN:Ana;;;;\r\nTEL;VALUE=text:28444\r\nEND:VCARD\r\n',
    ]);
    expectProblem(
      await new Api(stack.api.url, 'nobody').call('GET', '/v1/contact-cards/preview.vcf'),
      401,
      'unauthorised',
    );
    expectProblem(await stack.api.call('GET', '/v1/contact-cards/nobody.vcf'), 404, 'not_found');
  });

  it('is served to providers in one piece, of the right type, the same for good', async () => {
    const { body: first } = await make({ key: 'served', formattedName: 'Zoë' });
    const got = await fetched(first.vcardUrl);
    expect(got).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/vcard; charset=utf-8',
        'content-length': String(Buffer.byteLength(got.text)),
        'cache-control': 'public, max-age=31536000, immutable',
      },
    });
    expect(first.bytes).toBe(Buffer.byteLength(got.text));
    expect(got.text).toContain('FN:Zoë\r\n');
    const changed = await stack.api.call<Card>('PUT', '/v1/contact-cards/served', { formattedName: 'Ana' });
    expect(changed.body.vcardUrl).not.toBe(first.vcardUrl);
    expect((await fetched(changed.body.vcardUrl)).text).toContain('FN:Ana\r\n');
    expect((await stack.api.call('DELETE', '/v1/contact-cards/served')).status).toBe(204);
    expect((await fetched(first.vcardUrl)).text).toBe(got.text);
  });

  it('is found by nobody who does not know what it says', async () => {
    const { body } = await make({ key: 'hidden', formattedName: 'Hidden' });
    const unknown = body.vcardUrl.replace(/[0-9a-f]{64}/, '0'.repeat(64));
    for (const url of [
      unknown,
      `${stack.api.url}/cards/hidden.vcf`,
      `${stack.api.url}/cards/%00.vcf`,
      `${stack.api.url}/cards`,
    ])
      expect((await fetched(url)).status).toBe(404);
  });

  it.each([
    ['nothing', {}],
    ['an organisation alone', { organisation: 'Acme' }],
    ['an empty name', { name: {} }],
  ])('is refused without a name: %s', async (_, fields) => {
    const refused = expectProblem(
      await make({ key: 'nameless', ...fields }),
      422,
      'contact_card_without_name',
    );
    expect(entriesOf(refused)).toEqual([['/formattedName', 'contact_card_without_name']]);
    expectProblem(await stack.api.call('GET', '/v1/contact-cards/nameless'), 404, 'not_found');
  });

  it.each<[string, object, string]>([
    ['a key in capitals', { key: 'Support' }, '/key'],
    ['a version that there is not', { version: '2.1' }, '/version'],
    ['a line break in the name', { formattedName: 'Ana\r\nTEL:1' }, '/formattedName'],
    ['a number that is none', { numbers: [{ number: 'call us' }] }, '/numbers/0/number'],
    ['a number that is too long', { numbers: [{ number: '+1234567890123456' }] }, '/numbers/0/number'],
    ['a type that there is not', { numbers: [{ number: '28444', types: ['mobile'] }] }, '/numbers/0/types/0'],
    ['an address that is none', { url: 'javascript:alert(1)' }, '/url'],
    ['a mail address that is none', { emails: [{ address: 'help' }] }, '/emails/0/address'],
    ['an image without its type', { logo: { data: 'iVBORw0KGgo=' } }, '/logo'],
    [
      'an image by address and embedded',
      { logo: { ...SUPPORT.logo, url: 'https://a.example/b.png' } },
      '/logo',
    ],
    ['an image that is none', { photo: { contentType: 'image/jpeg', data: 'PGh0bWw+' } }, '/photo/data'],
    ['an image that is no base64', { photo: { contentType: 'image/jpeg', data: '/9j/!' } }, '/photo/data'],
    ['a field that there is not', { birthday: '2000-01-01' }, '/birthday'],
  ])('is refused with %s', async (_, fields, pointer) => {
    const refused = expectProblem(
      await make({ key: 'bad', formattedName: 'Bad', ...fields }),
      422,
      'bad_body',
    );
    expect(entriesOf(refused).map(([at]) => at)).toEqual([pointer]);
  });

  it('has a key of its own within its project', async () => {
    await make({ key: 'taken', formattedName: 'First' });
    expectProblem(await make({ key: 'taken', formattedName: 'Second' }), 409, 'contact_card_exists');
    const { body } = await stack.api.call<Card>('GET', '/v1/contact-cards/taken');
    expect(body.shownName).toBe('First');
    const other = await otherProject(stack);
    expectProblem(await other.call('GET', '/v1/contact-cards/taken'), 404, 'not_found');
    expect(
      (await other.call('POST', '/v1/contact-cards', { key: 'taken', formattedName: 'Theirs' })).status,
    ).toBe(201);
  });

  it('is listed in pages, without its images', async () => {
    const other = await otherProject(stack);
    for (const key of ['one', 'two', 'three'])
      await other.call('POST', '/v1/contact-cards', { key, ...SUPPORT });
    const keys: string[] = [];
    let cursor = '';
    do {
      const { body } = await other.call<{ contactCards: Card[]; next: string | null }>(
        'GET',
        `/v1/contact-cards?limit=2${cursor}`,
      );
      expect(JSON.stringify(body)).not.toContain(SUPPORT.logo.data);
      keys.push(...body.contactCards.map(({ key }) => key));
      cursor = body.next === null ? '' : `&cursor=${body.next}`;
    } while (cursor !== '');
    expect(keys).toEqual(['three', 'two', 'one']);
  });
});

describe('a scenario that names contact cards', () => {
  const scenario = (...contactCards: readonly string[]): object =>
    chain('Cards', NOW, mms('send', { contactCards, fallback: { text: 'Support: +1 206 555 0100' } }));
  const validate = async (...keys: readonly string[]): Promise<unknown> =>
    (await stack.api.call('POST', '/v1/scenarios/validate', scenario(...keys))).body;

  it('is told of those that there are not', async () => {
    await make({ key: 'known', formattedName: 'Known' });
    expect(await validate('known')).toMatchObject({ valid: true });
    expect(await validate('known', 'knwon')).toMatchObject({
      problems: [
        {
          pointer: '/nodes/1/config/contactCards/1',
          code: 'unknown_contact_card',
          message: expect.stringContaining('Did you mean "known"?') as string,
        },
      ],
    });
  });

  it('is launched with the cards as they are then', async () => {
    const { body: card } = await make({ key: 'launched', formattedName: 'Before' });
    const scenarioId = await stack.api.createScenario(scenario('launched'));
    expect((await stack.api.launch(scenarioId)).status).toBe(202);
    await stack.api.call('PUT', '/v1/contact-cards/launched', { formattedName: 'After' });
    const { rows } = await stack.database.pool.query<{ config: { media: unknown } }>(
      `SELECT frozen->'nodes'->1->'config' AS config FROM scenario_version WHERE scenario_id = $1`,
      [scenarioId],
    );
    expect(rows.map(({ config }) => config.media)).toEqual([
      [{ url: card.vcardUrl, contentType: 'text/vcard' }],
    ]);
    expect((await fetched(card.vcardUrl)).text).toContain('FN:Before\r\n');
  });

  it('can’t be launched any more when a card is gone', async () => {
    await make({ key: 'gone', formattedName: 'Gone' });
    const scenarioId = await stack.api.createScenario(scenario('gone'));
    await stack.api.call('DELETE', '/v1/contact-cards/gone');
    expectProblem(await stack.api.launch(scenarioId), 422, 'invalid_scenario');
  });
});
