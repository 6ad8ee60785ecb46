import { infobipOf, makeProbes, passWaits, readProbed, startProbe, TESTER } from '../support/id-probes.ts';
import { newSinchSms, type IntegrationView } from '../support/integrations.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

/** A test recipient whose number this installation may not call elsewhere. */
const UNLISTED = { name: 'unlisted', phone: '+12065550143' };
const OPTED_OUT = { name: 'left', phone: '+12065550144' };

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({
    ...{ engine: false, idempotentIds: 'assumed' },
    testNumbers: [TESTER.phone, OPTED_OUT.phone],
  });
  for (const body of [TESTER, UNLISTED, OPTED_OUT]) await stack.api.call('POST', '/v1/test-recipients', body);
  await stack.api.call('POST', '/v1/suppressions', { phone: OPTED_OUT.phone, reason: 'called us' });
});
afterEach(() => setMode('simulator'));
afterAll(() => stack.stop());

async function setMode(mode: 'simulator' | 'allow-list'): Promise<void> {
  await stack.database.pool.query('UPDATE project SET mode = $1', [mode]);
}

describe('a probe of whether an account refuses known ids', () => {
  it('is refused to whom nobody has registered, who is in no list, or who has opted out', async () => {
    const id = await infobipOf(stack, stack.simulatorUrl);
    await setMode('allow-list');
    for (const [probeTo, code] of [
      ['nobody', 'unknown_test_recipient'],
      ['+12125550100', 'unknown_test_recipient'],
      [UNLISTED.name, 'not_in_allow_list'],
      [UNLISTED.phone, 'not_in_allow_list'],
      [OPTED_OUT.name, 'opted_out'],
    ]) {
      const problem = expectProblem(await startProbe(stack, id, { probeTo }), 422, 'bad_body');
      expect(entriesOf(problem)).toEqual([['/probeTo', code]]);
    }
    expect((await readProbed(stack, id)).idProbe).toBeNull();
  });

  it('is refused for a sender that is not there, and for none where none sends through the integration', async () => {
    const id = await infobipOf(stack, stack.simulatorUrl);
    for (const [sender, code] of [
      ['nobody', 'unknown_sender'],
      [undefined, 'bad_field'],
    ]) {
      const problem = expectProblem(await startProbe(stack, id, { sender }), 422, 'bad_body');
      expect(entriesOf(problem)).toEqual([['/sender', code]]);
    }
    const path = `/v1/integrations/${id}/check`;
    const alone = expectProblem(await stack.api.call('POST', path, { channel: 'mms' }), 422, 'bad_body');
    expect(entriesOf(alone)).toEqual([['/probeTo', 'bad_field']]);
  });

  it('is refused of a provider that takes a known id again', async () => {
    const body = newSinchSms('sinch', { baseUrl: stack.simulatorUrl });
    const { id } = (await stack.api.call<IntegrationView>('POST', '/v1/integrations', body)).body;
    const problem = expectProblem(await startProbe(stack, id), 409, 'id_probe_not_offered');
    expect(problem.detail).toMatch(/^Sinch SMS does not say/);
  });

  it('is one at a time, and shows neither a number nor an answer before there is one', async () => {
    const id = await infobipOf(stack, stack.simulatorUrl);
    const before = stack.simulator.ledger.rows.length;
    const started = await startProbe(stack, id, { probeTo: '+1 206 555 0142' });
    expect(started).toMatchObject({
      status: 202,
      body: { ok: true, idProbe: { state: 'sending', to: 'ana' } },
    });
    expect(started.text).not.toContain(TESTER.phone.slice(1));
    expectProblem(await startProbe(stack, id), 409, 'id_probe_open');
    expect(stack.simulator.ledger.rows).toHaveLength(before);
    await stack.api.call('DELETE', `/v1/integrations/${id}`);
    await makeProbes(stack);
    expect(stack.simulator.ledger.rows).toHaveLength(before);
  });

  it('goes through the sender of the integration by default, and the list shows how far it is', async () => {
    const list = '/v1/integrations';
    const all = await stack.api.call<{ integrations: readonly IntegrationView[] }>('GET', list);
    const id = all.body.integrations.find(({ key }) => key === 'infobip')?.id ?? '';
    await setMode('allow-list');
    expect(await startProbe(stack, id, { sender: undefined, channel: 'mms' })).toMatchObject({ status: 202 });
    await makeProbes(stack);
    await passWaits(stack);
    await makeProbes(stack);
    expect(
      (await stack.api.call<{ integrations: readonly object[] }>('GET', list)).body.integrations,
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: 'infobip',
          ...{ idempotentIds: 'verified', verifiedChannels: ['mms'] },
          idProbe: expect.objectContaining({ state: 'verified', sender: '12065550100' }) as object,
        }),
      ]),
    );
  });
});
