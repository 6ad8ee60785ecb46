import { expectProblem } from '../support/problem.ts';
import { importNdjson, readCustomer, rejections } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('an import of NDJSON', () => {
  it('creates customers with attributes of every JSON type', async () => {
    const report = await importNdjson(stack.api, {
      externalId: 'ana',
      phone: '(212) 555-0200',
      timezone: 'America/New_York',
      language: 'fr-CA',
      first_name: 'Ana',
      points: 12.5,
      vip: false,
      likes: ['tea', { kind: 'ship' }],
    });
    expect(report).toEqual({
      ...{ lines: 1, created: 1, updated: 0 },
      ...{ rejectedCount: 0, rejected: [], warningsCount: 0, warnings: [] },
    });
    expect(await readCustomer(stack.api, 'ana')).toMatchObject({
      externalId: 'ana',
      phone: '+12125550200',
      phoneState: 'valid',
      country: 'US',
      timezone: 'America/New_York',
      language: 'fr-CA',
      attributes: { first_name: 'Ana', points: 12.5, vip: false, likes: ['tea', { kind: 'ship' }] },
    });
  });

  it('changes what it names, keeps what it does not, and removes what is null', async () => {
    await importNdjson(stack.api, {
      externalId: 'bo',
      phone: '+12125550201',
      language: 'en',
      a: 1,
      b: 2,
      c: 3,
    });
    const before = await readCustomer(stack.api, 'bo');
    const report = await importNdjson(stack.api, { externalId: 'bo', language: null, b: null, c: 4 });
    expect(report).toMatchObject({ created: 0, updated: 1 });
    expect(await readCustomer(stack.api, 'bo')).toMatchObject({
      id: before.id,
      phone: '+12125550201',
      language: null,
      attributes: { a: 1, c: 4 },
    });
    await importNdjson(stack.api, { externalId: 'bo', phone: null });
    expect(await readCustomer(stack.api, 'bo')).toMatchObject({ phone: null, phoneState: 'none' });
  });

  it('keeps a number that is none as it was given, marked as invalid', async () => {
    await importNdjson(stack.api, { externalId: 'typo', phone: '+1 212 555' });
    expect(await readCustomer(stack.api, 'typo')).toMatchObject({
      phone: '+1 212 555',
      phoneState: 'invalid',
    });
  });

  it('takes the last of several lines of one customer, whatever lies between them', async () => {
    const report = await importNdjson(
      stack.api,
      { externalId: 'twice', city: 'Oslo', team: 'red' },
      { externalId: 'once' },
      { externalId: 'twice', city: 'Bergen' },
      { externalId: 'twice', team: 'blue' },
    );
    expect(report).toMatchObject({ lines: 4, created: 2, updated: 2 });
    expect((await readCustomer(stack.api, 'twice')).attributes).toEqual({ city: 'Bergen', team: 'blue' });
  });

  it('refuses each bad line by number and reason and takes the others', async () => {
    const report = await importNdjson(
      stack.api,
      { externalId: 'good-1' },
      '{"externalId": "broken", ',
      '[1, 2]',
      '',
      { phone: '+12125550202' },
      { externalId: '   ' },
      { externalId: 'b-1', timezone: 'America/New_Yorc' },
      { externalId: 'b-2', language: 'not a language' },
      { externalId: 'b-3', 'consent.marketting.granted': true },
      { externalId: 'b-4', 'consent.marketing.grant': true },
      { externalId: 'b-5', 'consent.marketing.granted': 'yes' },
      { externalId: 'b-6', 'consent.marketing.granted': true, 'consent.marketing.time': 'yesterday' },
      {
        externalId: 'b-7',
        'consent.marketing.granted': true,
        'consent.marketing.time': '2199-01-01T00:00:00Z',
      },
      { externalId: 'x'.repeat(201) },
      { externalId: 'good-2' },
    );
    expect(rejections(report)).toEqual([
      [2, 'bad_json'],
      [3, 'bad_json'],
      [5, 'external_id_missing'],
      [6, 'external_id_missing'],
      [7, 'bad_timezone'],
      [8, 'bad_language'],
      [9, 'unknown_category'],
      [10, 'unknown_consent_field'],
      [11, 'bad_consent'],
      [12, 'bad_consent'],
      [13, 'bad_consent'],
      [14, 'field_too_long'],
    ]);
    expect(report).toMatchObject({ lines: 14, created: 2 });
    expect(report.rejected[6]?.message).toContain('Known: "marketing", "transactional"');
    for (const { message } of report.rejected) expect(message).toMatch(/^\S.*[.?]$/);
    expect((await stack.api.call('GET', '/v1/customers/b-1')).status).toBe(404);
  });

  it('reads lines however they end, and a last one without an end', async () => {
    const report = await importNdjson(stack.api, '{"externalId":"crlf-1"}\r\n{"externalId":"crlf-2"}\r');
    expect(report).toMatchObject({ lines: 2, created: 2, rejected: [] });
  });

  it('is refused with the list of what may be sent when its content type is another one', async () => {
    const answer = await stack.api.call('POST', '/v1/customers/import', '{"externalId":"x"}', {
      'content-type': 'application/json',
    });
    expect(expectProblem(answer, 415, 'unsupported_media_type').detail).toContain('application/x-ndjson');
    expectProblem(await stack.api.call('POST', '/v1/customers/import', 'x'), 415, 'unsupported_media_type');
    const charset = await stack.api.call('POST', '/v1/customers/import', '{"externalId":"charset"}', {
      'content-type': 'Application/X-NDJSON; charset=utf-8',
    });
    expect(charset.body).toMatchObject({ created: 1 });
  });

  it('of nothing takes nothing', async () => {
    expect(await importNdjson(stack.api)).toEqual({
      lines: 0,
      created: 0,
      updated: 0,
      rejectedCount: 0,
      rejected: [],
      warningsCount: 0,
      warnings: [],
    });
  });
});
