import { importNdjson, readCustomer } from '../support/import.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('an erased customer', () => {
  it('is gone under every name, and nothing personal is left in its row', async () => {
    await importNdjson(stack.api, {
      externalId: 'gone',
      phone: '+12125550200',
      language: 'en',
      timezone: 'America/New_York',
      secret: 'likes marzipan',
    });
    const { id } = await readCustomer(stack.api, 'gone');
    expect((await stack.api.call('DELETE', '/v1/customers/gone')).status).toBe(204);
    for (const name of ['gone', id]) {
      for (const method of ['GET', 'DELETE'])
        expectProblem(await stack.api.call(method, `/v1/customers/${name}`), 404, 'not_found');
      expectProblem(await stack.api.call('PATCH', `/v1/customers/${name}`, {}), 404, 'not_found');
    }
    for (const query of ['phone=%2B12125550200', 'externalId=gone'])
      expect((await stack.api.call('GET', `/v1/customers?${query}`)).body).toEqual({
        customers: [],
        next: null,
      });
    const { rows } = await stack.database.pool.query<{ text: string }>(
      'SELECT customer::text AS text FROM customer WHERE id = $1',
      [id],
    );
    for (const trace of ['gone', '2125550200', 'marzipan', 'New_York'])
      expect(rows[0]?.text).not.toContain(trace);
  });

  it('may come back as somebody new, and an old file brings no consent past a STOP', async () => {
    await stack.api.importConsenting({ back: '+12125550201' });
    const { id } = await readCustomer(stack.api, 'back');
    await stack.database.pool.query(
      `UPDATE recipient SET opted_out_at = now() FROM customer
       WHERE customer.recipient_id = recipient.id AND customer.id = $1`,
      [id],
    );
    await stack.api.call('DELETE', `/v1/customers/${id}`);
    await stack.api.importConsenting({ back: '+12125550201' });
    const again = await readCustomer(stack.api, 'back');
    expect(again.id).not.toBe(id);
    expect(again).toMatchObject({ optedOutAt: expect.any(String) as string, consents: {} });
  });

  it('that was never there is a 404', async () => {
    expectProblem(await stack.api.call('DELETE', '/v1/customers/nobody'), 404, 'not_found');
  });
});
