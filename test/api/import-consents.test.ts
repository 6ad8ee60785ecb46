import { importCsv, importNdjson, readCustomer } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

type Proof = Partial<Record<'granted' | 'time' | 'method' | 'source', unknown>>;

function consent(externalId: string, proof: Proof, more: object = {}): object {
  const fields = Object.entries(proof).map(
    ([field, value]) => [`consent.marketing.${field}`, value] as const,
  );
  return { externalId, phone: '+12125550200', ...Object.fromEntries(fields), ...more };
}

const FULL = { granted: true, time: '2026-01-01T00:00:00Z', method: 'web_form', source: 'shop' };

async function stateOf(externalId: string): Promise<string | undefined> {
  return (await readCustomer(stack.api, externalId)).consents['marketing']?.state;
}

describe('a consent in an import', () => {
  it('with time, method and source is granted', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,phone,consent.marketing.granted,consent.marketing.time,consent.marketing.method,consent.marketing.source',
      'proven,+12125550200,true,2026-01-01T00:00:00Z,web_form,shop',
    );
    expect(report.warnings).toEqual([]);
    expect((await readCustomer(stack.api, 'proven')).consents).toMatchObject({
      marketing: { state: 'granted', method: 'web_form', source: 'shop', forThisNumber: true },
    });
  });

  it.each(['time', 'method', 'source'] as const)(
    'without its %s opens nothing, and says so',
    async (missing) => {
      const report = await importNdjson(
        stack.api,
        { externalId: 'other' },
        consent(missing, { ...FULL, [missing]: null }),
      );
      expect(report.warnings).toMatchObject([{ line: 2, externalId: missing, code: 'consent_unproven' }]);
      expect(await stateOf(missing)).toBe('unproven');
    },
  );

  it.each(['yesterday', 'item 5', '2026-02-30T00:00:00Z', '3'])(
    'at a time that is none is refused: %s',
    async (time) => {
      const report = await importNdjson(stack.api, consent('when', { ...FULL, time }));
      expect(report.rejected).toMatchObject([{ line: 1, reason: 'bad_consent' }]);
    },
  );

  it('that is older than the last revocation is ignored, and says so', async () => {
    await importNdjson(stack.api, consent('left', FULL));
    await importNdjson(stack.api, consent('left', { granted: false, time: '2026-02-01T00:00:00Z' }));
    expect(await stateOf('left')).toBe('revoked');
    const report = await importNdjson(stack.api, consent('left', FULL));
    expect(report.warnings).toMatchObject([
      { line: 1, externalId: 'left', code: 'consent_older_than_revocation' },
    ]);
    expect(await stateOf('left')).toBe('revoked');
    await importNdjson(stack.api, consent('left', { ...FULL, time: '2026-03-01T00:00:00Z' }));
    expect(await stateOf('left')).toBe('granted');
  });

  it('that is weaker than what is stored changes nothing, and says so', async () => {
    await importNdjson(stack.api, consent('strong', FULL));
    const report = await importNdjson(stack.api, consent('strong', { granted: true }));
    expect(report.warnings).toMatchObject([{ externalId: 'strong', code: 'consent_weaker_than_stored' }]);
    expect(await stateOf('strong')).toBe('granted');
  });

  it('that is older than the STOP of its number is ignored, even of a customer who is new', async () => {
    await importNdjson(stack.api, { externalId: 'stopped', phone: '+12125550299' });
    await stack.database.pool.query(
      `UPDATE recipient SET opted_out_at = '2026-02-01T00:00:00Z'
       FROM customer WHERE customer.recipient_id = recipient.id AND external_id = 'stopped'`,
    );
    const report = await importNdjson(stack.api, consent('newcomer', FULL, { phone: '+12125550299' }));
    expect(report.warnings).toMatchObject([{ code: 'consent_older_than_revocation' }]);
    expect(await stateOf('newcomer')).toBeUndefined();
  });

  it('proven for one number does not hold for the next', async () => {
    await importNdjson(stack.api, consent('mover', FULL));
    await importNdjson(stack.api, { externalId: 'mover', phone: '+12125550298' });
    expect((await readCustomer(stack.api, 'mover')).consents['marketing']).toMatchObject({
      forThisNumber: false,
    });
  });
});
