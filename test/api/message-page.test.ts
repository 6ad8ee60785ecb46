import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { MessageLinks } from '../../database/message-links.ts';
import type { MessageContent } from '../../domain/message-content.ts';
import { Api, type ApiAnswer } from '../support/api.ts';
import { apiWithoutDatabase } from '../support/dead-database.ts';
import { acceptedMms, launchFallbackRun } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let stranger: Api;
let links: MessageLinks;
let run: LaunchedRun;
let ids: readonly string[];

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  stranger = new Api(stack.api.url, 'nobody');
  links = new MessageLinks(stack.config);
});
afterAll(() => stack.stop());
beforeEach(async () => {
  run = await launchFallbackRun(stack.database.pool, 2);
  ids = await acceptedMms(run);
});

const ours = (path: string): string => stack.config.publicUrl + path;
const pathOf = (id: string): string => links.linkOf(id).slice(stack.config.publicUrl.length);

/** What the first customer's MMS says from now on. */
async function says(content: Partial<MessageContent>): Promise<void> {
  await stack.database.pool.query('UPDATE message SET content = $2 WHERE id = $1', [
    ids[0],
    JSON.stringify({ text: '', subject: null, media: [], ...content }),
  ]);
}

const pageOf = (index = 0): Promise<ApiAnswer> => stranger.call('GET', pathOf(ids[index] ?? ''));

describe('the page of an MMS', () => {
  it('shows its subject, its text and its pictures, and leads to everything else', async () => {
    await says({
      subject: 'Summer sale',
      text: 'Dear Ana,\nsee https://shop.example.com/sale?a=1&b=2.',
      media: [
        { url: ours('/media/summer-sale.png'), contentType: 'image/png' },
        { url: 'https://files.example.com/film.mp4', contentType: 'video/mp4' },
        { url: ours('/cards/c.vcf'), contentType: 'text/vcard' },
      ],
    });
    const { status, text } = await pageOf();
    expect(status).toBe(200);
    expect(text).toContain('<title>Summer sale</title>');
    expect(text).toContain('<h1>Summer sale</h1>');
    expect(text).toContain(`<img src="${ours('/media/summer-sale.png')}" alt="Picture">`);
    expect(text).toMatch(/Dear Ana,\nsee <a href="https:\/\/shop\.example\.com\/sale\?a=1&amp;b=2" [^>]+>/);
    expect(text).toContain('</a>.</p>');
    expect(text).toMatch(/<a href="https:\/\/files\.example\.com\/film\.mp4" [^>]+>Video<\/a>/);
    expect(text).toMatch(/<a href="[^"]+\/cards\/c\.vcf" [^>]+ download>Contact card<\/a>/);
    expect((await pageOf(1)).text).not.toContain('Ana');
  });

  it('takes nothing of what a message says for a part of the page', async () => {
    const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;`;
    await says({
      subject: hostile,
      text: `${hostile} https://a.example.com/"onmouseover="alert(3) javascript:alert(4)`,
      media: [
        { url: `https://b.example.com/"onload="alert(5).png`, contentType: 'image/png' },
        { url: `javascript:alert(6)`, contentType: 'video/mp4' },
        { url: `https://c.example.com;script-src/x.png`, contentType: 'image/png' },
      ],
    });
    const { text, headers } = await pageOf();
    expect(text).not.toMatch(/<script|<img src=x|"onload|"onmouseover|href="javascript/);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&amp;amp;');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain('img-src https://b.example.com;');
    expect(policy).not.toContain('script-src');
  });

  it('lets a browser load its pictures alone, keeps no trace of the link, and is in no search engine', async () => {
    await says({ text: 'Hi', media: [{ url: ours('/media/a.png'), contentType: 'image/png' }] });
    const { headers, text } = await pageOf();
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-cache',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src http:\/\/127\.0\.0\.1:\d+; /,
    );
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(text).not.toContain('<script');
    expect(text).toContain('<meta name="robots" content="noindex, nofollow">');
  });

  it('says nothing of whom it is for but what the message says', async () => {
    await says({ text: 'Hi' });
    const { text } = await pageOf();
    for (const secret of [run.members[0]?.phone, run.members[0]?.externalId, ids[0], run.runId])
      expect(text).not.toContain(secret ?? 'nothing');
  });
});

describe('a link that shows nothing', () => {
  const isNotice = (answer: ApiAnswer, status: number, words: string): void => {
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.text).toContain(words);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  };

  it('is gone after 90 days, and not before', async () => {
    const madeAgo = (age: string): Promise<unknown> =>
      stack.database.pool.query('UPDATE message SET created_at = now() - $2::interval WHERE id = $1', [
        ids[0],
        age,
      ]);
    await madeAgo('89 days 23 hours');
    expect((await pageOf()).status).toBe(200);
    await madeAgo('90 days 1 minute');
    isNotice(await pageOf(), 410, 'not shown any more');
  });

  it('is gone once its customer is erased', async () => {
    const [member] = run.members;
    expect((await pageOf()).status).toBe(200);
    await eraseCustomer(stack.database.pool, run.projectId, member?.customerId ?? '');
    isNotice(await pageOf(), 410, 'not shown any more');
    expect((await pageOf(1)).status).toBe(200);
  });

  it('is unknown when it is made up, of another installation, or of a message that is no MMS', async () => {
    const foreign = new MessageLinks({
      phoneKey: 'the key of another one',
      publicUrl: stack.config.publicUrl,
    });
    const foreignPath = foreign.linkOf(ids[0] ?? '').slice(stack.config.publicUrl.length);
    for (const path of ['/m/nothing', '/m/1111111111111111111112', foreignPath, `/m/${ids[0] ?? ''}`])
      isNotice(await stranger.call('GET', path), 404, 'no message at this address');
    await stack.database.pool.query(`UPDATE message SET channel = 'sms' WHERE id = $1`, [ids[0]]);
    isNotice(await pageOf(), 404, 'no message at this address');
  });

  it('asks for patience while the database is away', async () => {
    const broken = await apiWithoutDatabase(stack);
    try {
      const answer = await new Api(broken.api.url, 'nobody').call('GET', pathOf(ids[0] ?? ''));
      isNotice(answer, 503, 'Try again in a moment');
      expect(answer.headers['retry-after']).toBe('2');
    } finally {
      await broken.stop();
    }
  });
});
