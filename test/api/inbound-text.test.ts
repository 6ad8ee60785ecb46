import { InboundFiles, says } from '../support/inbound-files.ts';
import type { RecordingServer } from '../support/recording-server.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let inbound: InboundFiles;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  inbound = await InboundFiles.start(stack);
});
afterAll(async () => {
  await inbound.files.stop();
  await stack.stop();
});
beforeEach(() => {
  inbound.files.requests.length = 0;
  inbound.files.respond = says(200, 'Stop');
});

describe('a text that comes as a file', () => {
  it('is read where Sinch names no keyword: its STOP is one', async () => {
    expect(await inbound.send()).toMatchObject({
      ...{ text: 'Stop', textState: 'fetched', keyword: 'stop' },
      media: [inbound.fileUrl],
    });
  });

  it('is not fetched where Sinch has found the keyword', async () => {
    expect(await inbound.send({ keyword: 'STOP' })).toMatchObject({
      ...{ text: null, textState: null, keyword: 'stop' },
    });
    expect(inbound.files.requests).toEqual([]);
  });

  it('is read no further than 16 KiB', async () => {
    inbound.files.respond = says(200, 'x'.repeat(1_000_000));
    expect((await inbound.send())?.text).toHaveLength(16_384);
  });

  it('says more than the subject does', async () => {
    inbound.files.respond = says(200, 'How much is it?');
    expect(await inbound.send({ 'message-subject': 'STOP' })).toMatchObject({ keyword: null });
  });

  it.each<[string, RecordingServer['respond']]>([
    ['is not there', says(404)],
    ['is refused', says(403)],
    [
      'is a page instead',
      (_request, response) => void response.setHeader('content-type', 'text/html').end('<p>Stop'),
    ],
    [
      'breaks off',
      (request, response) =>
        void response.writeHead(200, { 'content-length': '9' }).end(request.path, () => response.destroy()),
    ],
    ['never comes', () => undefined],
  ])('that %s is awaited, and its message stored without', async (_what, respond) => {
    inbound.files.respond = respond;
    expect(await inbound.send()).toMatchObject({
      ...{ text: null, textState: 'awaited', keyword: null },
      media: [inbound.fileUrl],
    });
  });

  it('that is far too large is given up', async () => {
    inbound.files.respond = (_request, response) =>
      void response.writeHead(200, { 'content-length': '2000001' }).end('Stop');
    expect(await inbound.send()).toMatchObject({ text: null, textState: 'given_up' });
  });

  it('is fetched from the internet alone', async () => {
    const content = [{ file: 'https://169.254.169.254/1.txt' }];
    expect(await inbound.send({ content })).toMatchObject({ text: null, textState: 'given_up' });
    const careful = await TestStack.start({ engine: false, mediaFromLoopback: false });
    const others = await InboundFiles.start(careful);
    try {
      expect(await others.send()).toMatchObject({ text: null, textState: 'given_up' });
      expect(others.files.requests).toEqual([]);
    } finally {
      await others.files.stop();
      await careful.stop();
    }
  });
});
