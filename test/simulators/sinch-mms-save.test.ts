import { RunningSinchMms, MMS_API_KEY, SERVICE_ID } from '../support/sinch-mms.ts';

const SAVE = {
  action: 'savemms',
  'service-id': SERVICE_ID,
  name: 'spring',
  'message-subject': 'Spring',
  'disable-fallback-sms': true,
  slide: [{ 'message-text': 'Doors open at 6' }],
};

let vendor: RunningSinchMms;
beforeEach(async () => {
  vendor = await RunningSinchMms.start();
});
afterEach(() => vendor.stop());

async function save(body: object = SAVE): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${vendor.url}/ep/v2/`, {
    method: 'POST',
    headers: { 'x-api-key': MMS_API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

describe("saving an MMS at the stand-in for Sinch's MMS API", () => {
  it('answers with its id', async () => {
    expect(await save()).toMatchObject({
      status: 200,
      body: { status: 'Success', 'mms-id': expect.any(String) as string },
    });
  });

  it.each([undefined, ''])('is refused without a name: %j', async (name) => {
    expect(await save({ ...SAVE, name })).toMatchObject({
      status: 200,
      body: { status: 'Failure', 'error-code': 'E311', 'error-info': 'name is required' },
    });
  });

  it.each([
    ['throttle', 200, { 'error-code': 'E113' }],
    ['unauthorised', 200, { 'error-code': 'E104' }],
    ['fail', 500, {}],
    ['accept_then_fail', 500, {}],
  ])('meets the trouble of the moment: %s', async (kind, status, answer) => {
    const faults = `${vendor.url}/_simulator/faults`;
    await fetch(faults, { method: 'POST', body: JSON.stringify({ kind, ms: 60_000 }) });
    expect(await save()).toMatchObject({ status, body: answer });
    const { met } = (await (await fetch(faults)).json()) as { met: object };
    expect(met).toEqual({ [kind]: 1 });
  });
});
