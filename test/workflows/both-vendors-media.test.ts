import { moveToSinch } from '../support/move-to-sinch.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { RunningSinchMms } from '../support/sinch-mms.ts';
import { RunningSinchSms } from '../support/sinch-sms.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let mms: RunningSinchMms;
let sms: RunningSinchSms;
let files: RecordingServer;

beforeAll(async () => {
  [stack, mms, sms, files] = await Promise.all([
    TestStack.start({ simulator: { checksMedia: true } }),
    RunningSinchMms.start({ reportDelayMs: 200, checksMedia: true }),
    RunningSinchSms.start({ reportDelayMs: 200 }),
    RecordingServer.start(({ path, method }, response) => {
      const bytes = Number(/\d+/.exec(path)?.[0] ?? 0);
      const type = path.endsWith('.vcf') ? 'text/vcard' : 'image/jpeg';
      response.writeHead(200, { 'content-type': type, 'content-length': bytes });
      response.end(method === 'HEAD' ? undefined : Buffer.alloc(bytes));
    }),
  ]);
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([mms.stop(), sms.stop(), files.stop()]);
});

const PHONES = {
  anybody: '+12125550200',
  att_iphone: '+12125550175',
  t_mobile_android: '+12125550186',
  verizon_iphone: '+12125550177',
  att_flip_phone: '+12125550195',
  without_mms: '+12125550179',
};

function scenarioWith(...paths: readonly string[]): object {
  const media = paths.map((path) => ({ url: `${files.url}/${path}` }));
  const fallback = { by: 'engine', text: 'No picture for you' };
  return {
    name: 'Carriers and phones',
    nodes: [
      { id: 'start', type: 'now' },
      { id: 'mms', type: 'mms', config: { category: 'marketing', text: 'Look', media, fallback } },
      { id: 'end', type: 'exit', config: { reason: 'done' } },
    ],
    edges: [
      { from: 'start', to: 'mms' },
      { from: 'mms', outlet: 'delivered', to: 'end' },
    ],
  };
}

/** Launches a scenario. @returns how the messages to each customer ended, in order */
async function endings(scenario: object): Promise<Readonly<Record<string, readonly string[]>>> {
  const runId = await stack.api.run(scenario);
  expect(await stack.api.runEnd(runId)).toMatchObject({ state: 'finished' });
  const { rows } = await stack.database.pool.query<{ name: string; ends: string[] }>(
    `SELECT external_id AS name, array_agg(channel || ' ' || state ORDER BY leg) AS ends
     FROM message JOIN customer ON customer.id = message.customer_id WHERE run_id = $1 GROUP BY 1`,
    [runId],
  );
  return Object.fromEntries(rows.map(({ name, ends }) => [name, ends]));
}

const ARRIVES = ['mms delivered'];
const SMS_INSTEAD = ['mms failed', 'sms delivered'];

/** An SMS stands in for what a carrier or a phone does not take, and for nothing else. */
const ENDINGS = {
  pictures: {
    anybody: SMS_INSTEAD,
    att_iphone: ARRIVES,
    t_mobile_android: ARRIVES,
    verizon_iphone: SMS_INSTEAD,
    att_flip_phone: SMS_INSTEAD,
    without_mms: ['mms rejected'],
  },
  card: {
    anybody: ARRIVES,
    att_iphone: ARRIVES,
    t_mobile_android: ARRIVES,
    verizon_iphone: ARRIVES,
    att_flip_phone: SMS_INSTEAD,
    without_mms: ['mms rejected'],
  },
};

it('what a carrier or a phone does not take ends the same way over Infobip and over Sinch', async () => {
  await stack.api.importConsenting(PHONES);
  const pictures = scenarioWith('1000000.jpg', '400000.jpg');
  const card = scenarioWith('300.vcf');
  const overBoth = [];
  for (const vendor of ['infobip', 'sinch']) {
    if (vendor === 'sinch') await moveToSinch(stack, { sms, mms });
    // What one vendor has told of a handset spares it the MMS of the other one, too.
    await stack.database.pool.query('DELETE FROM handset_limit');
    overBoth.push({ pictures: await endings(pictures), card: await endings(card) });
  }
  expect(overBoth).toEqual([ENDINGS, ENDINGS]);
});
