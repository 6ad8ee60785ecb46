import type { Receipt } from '../../domain/receipt.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { OutboundMessage } from '../../providers/provider.ts';
import { SUBSCRIBERS } from '../../simulators/subscribers.ts';
import { eventually } from '../support/eventually.ts';
import { infobipAt, outbound, RunningSimulator } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { RunningSinchMms, sinchMmsAt } from '../support/sinch-mms.ts';

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  gif: 'image/gif',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  vcf: 'text/vcard',
  ics: 'text/calendar',
};

let files: RecordingServer;
let postbacks: RecordingServer;
let infobip: RunningSimulator;
let sinch: RunningSinchMms;
let adapters: {
  readonly infobip: ReturnType<typeof infobipAt>;
  readonly sinch: ReturnType<typeof sinchMmsAt>;
};

beforeAll(async () => {
  // "/900000.jpg" is a picture of so many bytes.
  files = await RecordingServer.start(({ path }, response) => {
    const [, bytes = '', ending = ''] = /(\d+)\.(\w+)$/.exec(path) ?? [];
    response.writeHead(200, { 'content-type': TYPES[ending] ?? '', 'content-length': bytes }).end();
  });
  postbacks = await RecordingServer.start();
  const postbackUrl = `${postbacks.url}/postbacks`;
  infobip = await RunningSimulator.start({ checksMedia: true, reportDelayMs: 0 });
  sinch = await RunningSinchMms.start({ checksMedia: true, reportDelayMs: 0, postbackUrl });
  adapters = { infobip: infobipAt(infobip.url), sinch: sinchMmsAt(sinch.url, undefined, 'whole') };
});
afterAll(async () => {
  await Promise.all([adapters.infobip.close(), adapters.sinch.close()]);
  await Promise.all([infobip.stop(), sinch.stop()]);
  await Promise.all([files.stop(), postbacks.stop()]);
});

interface Mms {
  readonly to: string;
  readonly files: readonly string[];
  readonly sender?: string;
  readonly fallbackText?: string;
}

function messageOf({ to, files: names, sender = '12065550100', fallbackText }: Mms): OutboundMessage {
  const media = names.map((name) => ({
    url: name.includes('://') ? name : `${files.url}/${name}`,
    contentType: TYPES[name.split('.').at(-1) ?? ''] ?? '',
  }));
  const content = {
    subject: 'Spring',
    text: 'Hello',
    media,
    ...(fallbackText !== undefined && { fallbackText }),
  };
  return outbound(`+121255501${to}`, { content, sender });
}

interface End {
  readonly state: string;
  readonly code: string;
  readonly errorClass: string | null;
}

const endOf = (end: Receipt | Extract<SubmitOutcome, { kind: 'rejected' }>): End => ({
  state: 'kind' in end ? 'rejected' : end.state,
  code: end.statusCode,
  errorClass: end.errorClass,
});

async function overInfobip(mms: Mms): Promise<End> {
  const message = messageOf(mms);
  const [outcome] = await adapters.infobip.submit([message], callWindow());
  if (outcome?.kind === 'rejected') return endOf(outcome);
  return eventually(async () => {
    const [result] = await adapters.infobip.lookup([{ messageId: message.id, channel: 'mms' }]);
    return result?.kind === 'found' && result.receipt.state !== 'accepted'
      ? endOf(result.receipt)
      : undefined;
  });
}

async function overSinch(mms: Mms): Promise<End> {
  const message = messageOf(mms);
  const [outcome] = await adapters.sinch.submit([message], callWindow());
  if (outcome?.kind === 'rejected') return endOf(outcome);
  const token = adapters.sinch.reportUrl().split('/').at(-1) ?? '';
  return eventually(() => {
    const told = postbacks.requests.find(({ text }) => text.includes(message.id));
    const body = Buffer.from(told?.text ?? '');
    const webhook = { path: ['postbacks', token], headers: {}, body };
    const [receipt] = told ? adapters.sinch.parseWebhook(webhook, Date.now()).receipts : [];
    return receipt && endOf(receipt);
  });
}

const delivered = ['delivered', null, '5', 'N102'] as const;
const asSms = ['delivered', null, '5', 'N202'] as const;
const tooLarge = ['failed', 'too_large', '15026', 'E101'] as const;
const unsupported = ['failed', 'fallback_to_sms', '15007', 'E102'] as const;
const withoutMms = ['rejected', 'permanent', '6', 'E628'] as const;

const MB = (count: number, ...more: readonly string[]): readonly string[] => [
  ...Array.from({ length: count }, (_, index) => `${index}/1000000.jpg`),
  ...more,
];
const SHORT = '12345';
const TOLL_FREE = '18005550100';

/** What is sent to whom, how it ends at every vendor, and its code at Infobip and at Sinch. */
const CASES: readonly (readonly [Mms, readonly [string, string | null, string, string]])[] = [
  [{ to: '75', files: MB(1, '460000.jpg') }, delivered],
  [{ to: '75', files: MB(1, '460001.jpg') }, tooLarge],
  [{ to: '75', files: MB(1), sender: SHORT }, delivered],
  [{ to: '75', files: MB(1, '1.jpg'), sender: SHORT }, tooLarge],
  [{ to: '76', files: MB(2, '200000.jpg') }, delivered],
  [{ to: '76', files: MB(2, '200001.jpg'), sender: TOLL_FREE }, tooLarge],
  [{ to: '76', files: MB(2, '100001.jpg'), sender: SHORT }, tooLarge],
  [{ to: '77', files: MB(1, '250000.jpg') }, delivered],
  [{ to: '77', files: MB(1, '250001.jpg') }, tooLarge],
  [{ to: '77', files: MB(1, '250001.jpg'), sender: SHORT }, delivered],
  [{ to: '78', files: MB(1, '460001.jpg') }, tooLarge],
  [{ to: '78', files: MB(5, '250000.jpg'), sender: SHORT }, delivered],
  [{ to: '00', files: MB(1) }, delivered],
  [{ to: '00', files: MB(1, '1.jpg') }, tooLarge],
  [{ to: '75', files: MB(1, '460001.jpg'), fallbackText: 'Read this' }, asSms],
  [{ to: '75', files: ['https://cdn.example.test/huge.jpg'] }, delivered],
  [{ to: '75', files: ['9.mov', '9.mp3', '9.vcf', '9.ics'] }, delivered],
  [{ to: '85', files: ['9.mp4', '9.mp3', '9.vcf', '9.gif'] }, delivered],
  [{ to: '85', files: ['9.ics'] }, unsupported],
  [{ to: '86', files: ['9.mov'] }, unsupported],
  [{ to: '95', files: ['300000.jpg'] }, delivered],
  [{ to: '96', files: ['200000.jpg', '100001.gif'] }, tooLarge],
  [{ to: '97', files: ['9.mp4'] }, unsupported],
  [{ to: '98', files: ['9.mp3'] }, unsupported],
  [{ to: '95', files: ['9.vcf'] }, unsupported],
  [{ to: '95', files: ['https://cdn.example.test/film.mp4'] }, unsupported],
  [{ to: '95', files: ['9.mp4'], fallbackText: 'Read this' }, asSms],
  [{ to: '79', files: [] }, withoutMms],
  [{ to: '79', files: [], fallbackText: 'Read this' }, asSms],
];

describe('an MMS to a number of which carrier and phone are known', () => {
  it.each(
    CASES.map(([mms, end]) => [mms.to, mms.files.join(' '), mms.sender ?? '', end[0], mms, end] as const),
  )(
    '%s, %s %s: %s, whichever vendor it goes over',
    async (_to, _files, _sender, _state, mms, [state, errorClass, ofInfobip, ofSinch]) => {
      expect(await overInfobip(mms)).toEqual({ state, errorClass, code: ofInfobip });
      expect(await overSinch(mms)).toEqual({ state, errorClass, code: ofSinch });
    },
  );

  it('without media is delivered to each but those of a carrier without MMS', async () => {
    for (const [to, { carrier }] of Object.entries(SUBSCRIBERS)) {
      const state = carrier.mms === null ? 'rejected' : 'delivered';
      expect(await overInfobip({ to, files: [] })).toMatchObject({ state });
      expect(await overSinch({ to, files: [] })).toMatchObject({ state });
    }
  });

  it('is told of with the network of its carrier, and any other without one', async () => {
    const [known, other] = [messageOf({ to: '96', files: [] }), messageOf({ to: '00', files: [] })];
    const reportUrl = `${postbacks.url}/infobip`;
    const messages = [known, other].map((message) => ({ ...message, reportUrl }));
    await adapters.infobip.submit(messages, callWindow());
    for (const message of messages) await adapters.sinch.submit([message], callWindow());
    const told = await eventually(() => {
      const results = postbacks.requests
        .filter(({ text }) => [known, other].some(({ id }) => text.includes(id)))
        .flatMap(({ text }) => {
          const body = JSON.parse(text) as { results?: readonly object[] };
          return body.results ?? [body];
        });
      return results.length === 4 ? results : undefined;
    });
    const networks = told.map((report) => {
      const { to, mccMnc, 'operator-id': operator } = report as Readonly<Record<string, string>>;
      return `${to ?? ''} ${mccMnc ?? operator ?? 'none'}`;
    });
    expect(networks.sort()).toEqual([
      ...['12125550100 none', '12125550100 none'],
      ...['12125550196 310260', '12125550196 310260'],
    ]);
  });
});
