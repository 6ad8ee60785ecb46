import { importNdjson, readCustomer, type CustomerView } from '../support/import.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('a customer', () => {
  it('is read by id and by externalId, also one that looks like an address or an id', async () => {
    const names = ['plain', 'with space/and slash', '5b8f8c1e-0000-4000-8000-000000000000', 'ünï?&#'];
    for (const externalId of names) {
      await importNdjson(stack.api, { externalId });
      const customer = await readCustomer(stack.api, externalId);
      expect(customer.externalId).toBe(externalId);
      expect(await readCustomer(stack.api, customer.id)).toEqual(customer);
    }
  });

  it('that does not exist is a 404', async () => {
    for (const name of ['nobody', '5b8f8c1e-0000-4000-8000-00000000ffff', 'x'.repeat(201)])
      expectProblem(await stack.api.call('GET', `/v1/customers/${name}`), 404, 'not_found');
  });
});

describe('changing a customer', () => {
  const change = (name: string, body: unknown): ReturnType<typeof stack.api.call<CustomerView>> =>
    stack.api.call<CustomerView>('PATCH', `/v1/customers/${name}`, body);

  it('changes what is named, keeps what is absent and removes what is null', async () => {
    await importNdjson(stack.api, { externalId: 'pat', phone: '+12125550200', language: 'en', a: 1, b: 2 });
    const answer = await change('pat', {
      language: null,
      timezone: 'Europe/Oslo',
      attributes: { b: null, c: [3] },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      externalId: 'pat',
      phone: '+12125550200',
      language: null,
      timezone: 'Europe/Oslo',
      attributes: { a: 1, c: [3] },
    });
    expect(await readCustomer(stack.api, 'pat')).toEqual(answer.body);
  });

  it('of number loses the consents that were proven for the old one', async () => {
    await stack.api.importConsenting({ mover: '+12125550201' });
    const answer = await change('mover', { phone: '+12125550202' });
    expect(answer.body).toMatchObject({
      phone: '+12125550202',
      consents: { marketing: { forThisNumber: false } },
    });
  });

  it('takes a consent, and names the known categories when there is none of that name', async () => {
    await importNdjson(stack.api, { externalId: 'con', phone: '+12125550203' });
    const proof = { granted: true, time: '2026-01-01T00:00:00Z', method: 'call', source: 'desk' };
    expect((await change('con', { consents: { marketing: proof } })).body.consents).toMatchObject({
      marketing: { state: 'granted', method: 'call' },
    });
    const unknown = expectProblem(await change('con', { consents: { marketng: proof } }), 422, 'bad_body');
    expect(unknown.detail).toContain('Known: "marketing", "transactional"');
  });

  it('refuses what an import would refuse, and changes nothing then', async () => {
    await importNdjson(stack.api, { externalId: 'firm', language: 'en', a: 1 });
    const before = await readCustomer(stack.api, 'firm');
    const refused = [
      { timezone: 'Mars/Base' },
      { language: 'not a language' },
      { phone: 'x'.repeat(41) },
      { attributes: { a: 'x'.repeat(20_000) } },
      { attributes: { '': 1 } },
      { attributes: { a: 'nul\u0000' } },
      { consents: { marketing: { granted: true, time: 'yesterday' } } },
      { consents: { marketing: { granted: true, method: 'nul\u0000' } } },
    ];
    for (const body of refused) expectProblem(await change('firm', body), 422, 'bad_body');
    const shape = expectProblem(
      await change('firm', { externalId: 'other', consents: { marketing: {} } }),
      422,
      'bad_body',
    );
    expect(entriesOf(shape)).toEqual(
      expect.arrayContaining([
        ['/externalId', 'unknown_field'],
        ['/consents/marketing/granted', 'bad_field'],
      ]),
    );
    expect(await readCustomer(stack.api, 'firm')).toEqual(before);
  });

  it('says where attributes belong, and refuses a name that no object can keep', async () => {
    await importNdjson(stack.api, { externalId: 'vip' });
    const misplaced = expectProblem(await change('vip', { vip: true }), 422, 'bad_body');
    expect(misplaced.detail).toContain('There is no field "vip" here. Attributes belong under "attributes"');
    const proto = '{"attributes":{"__proto__":{"a":1},"b":2}}';
    const headers = { 'content-type': 'application/json' };
    const unkept = await stack.api.call('PATCH', '/v1/customers/vip', proto, headers);
    expect(entriesOf(expectProblem(unkept, 422, 'bad_body'))).toEqual([
      ['/attributes/__proto__', 'bad_field'],
    ]);
    expect((await readCustomer(stack.api, 'vip')).attributes).toEqual({});
  });

  it('of nobody is a 404', async () => {
    expectProblem(await change('nobody', { language: 'en' }), 404, 'not_found');
  });
});
