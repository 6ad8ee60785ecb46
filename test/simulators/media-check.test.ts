import { reportsOf } from '../../simulators/handsets.ts';
import { MediaCheck } from '../../simulators/media-check.ts';
import { eventually } from '../support/eventually.ts';
import { infobipAt, outbound, RunningSimulator } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';

let files: RecordingServer;
let vendor: RunningSimulator;
let adapter: ReturnType<typeof infobipAt>;

beforeEach(async () => {
  files = await RecordingServer.start((request, response) => {
    const bytes = Number(/(\d+)\.png$/.exec(request.path)?.[1] ?? Number.NaN);
    if (Number.isNaN(bytes)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes }).end();
  });
  vendor = await RunningSimulator.start({ checksMedia: true, reportDelayMs: 0 });
  adapter = infobipAt(vendor.url);
});
afterEach(async () => {
  await adapter.close();
  await vendor.stop();
  await files.stop();
});

async function send(urls: readonly string[], fallbackText?: string): Promise<string> {
  const media = urls.map((url) => ({ url, contentType: 'image/png' }));
  const content = {
    subject: null,
    text: 'Hello',
    media,
    ...(fallbackText !== undefined && { fallbackText }),
  };
  const message = outbound('+12125550200', { content });
  expect(await adapter.submit([message], callWindow(10_000))).toMatchObject([{ kind: 'accepted' }]);
  return message.id;
}

/** What the vendor says became of a message. */
async function fateOf(messageId: string): Promise<readonly unknown[]> {
  const receipt = await eventually(async () => {
    const [result] = await adapter.lookup([{ messageId, channel: 'mms' }]);
    return result?.kind === 'found' && result.receipt.state !== 'accepted' ? result.receipt : undefined;
  });
  return [receipt.state, receipt.statusCode, receipt.errorClass];
}

describe('media that the simulated Infobip looks at', () => {
  it('are asked for once, however many messages name them', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => send([`${files.url}/300.png`])));
    for (const id of ids) expect(await fateOf(id)).toEqual(['delivered', '5', null]);
    expect(files.requests.map(({ method, path }) => [method, path])).toEqual([['HEAD', '/300.png']]);
  });

  it('that are not there fail the MMS with the code of Infobip, until they are there', async () => {
    const url = `${files.url}/later`;
    expect(await fateOf(await send([url]))).toEqual(['failed', '15024', 'permanent']);
    files.respond = (_request, response) => void response.writeHead(200, { 'content-length': 10 }).end();
    expect(await fateOf(await send([url]))).toEqual(['delivered', '5', null]);
  });

  it('are waited for a moment where their server is only just coming up', async () => {
    const { respond } = files;
    files.respond = (request, response) => {
      if (files.requests.length < 3) response.writeHead(503).end();
      else respond(request, response);
    };
    expect(await fateOf(await send([`${files.url}/300.png`]))).toEqual(['delivered', '5', null]);
  });

  it('that are too large together fail the MMS, or arrive as the SMS that came with it', async () => {
    const urls = [`${files.url}/600000.png`, `${files.url}/400001.png`];
    expect(await fateOf(await send(urls))).toEqual(['failed', '15026', 'too_large']);
    expect(await fateOf(await send(urls, 'Read this'))).toEqual(['delivered', '5', null]);
    expect(await fateOf(await send([...urls.slice(0, 1)]))).toEqual(['delivered', '5', null]);
  });

  it('are none that another machine serves, or that have no address of the web', async () => {
    for (const url of ['https://cdn.example.test/a.png', 'ftp://127.0.0.1/a.png', 'no address'])
      expect(await fateOf(await send([url]))).toEqual(['delivered', '5', null]);
  });

  it('are told of the same way after a restart', async () => {
    const id = await send([`${files.url}/missing`]);
    await adapter.close();
    vendor = await vendor.restart();
    adapter = infobipAt(vendor.url);
    expect(await fateOf(id)).toEqual(['failed', '15024', 'permanent']);
  });
});

it('a file is described by its length and type; a vendor without a code for a fault tells of the nearest fate', async () => {
  const check = new MediaCheck();
  expect(await check.fileAt(`${files.url}/7.png`)).toEqual({ bytes: 7, contentType: 'image/png' });
  expect(await check.fileAt(`${files.url}/none`)).toBeUndefined();
  await check.close();
  const of = (mediaFault: 'unreachable' | 'too_large'): readonly unknown[] =>
    reportsOf({ to: '12125550200', channel: 'mms', mediaFault }).map(({ fate }) => fate);
  expect([of('unreachable'), of('too_large')]).toEqual([['operator_error'], ['too_large']]);
});
