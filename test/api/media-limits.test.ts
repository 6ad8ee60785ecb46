import { noise, upload, type MediaView } from '../support/media.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Entry {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}
interface Validation {
  readonly valid: boolean;
  readonly problems: readonly Entry[];
  readonly warnings: readonly Entry[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const { pool } = stack.database;
  // Two more senders, through Sinch: of a short code it transcodes what is sent, of others not.
  await pool.query(
    `WITH sinch AS (
       INSERT INTO integration (project_id, key, provider) VALUES ($1, 'sinch', 'sinch-mms') RETURNING id)
     INSERT INTO sender_profile (project_id, key, label, value, sms_integration_id, mms_integration_id)
     SELECT $1, sender.key, sender.key, sender.value, (SELECT id FROM integration WHERE project_id = $1 LIMIT 1), sinch.id
     FROM sinch, (VALUES ('short', '12345'), ('long', '12065550177')) AS sender (key, value)`,
    [stack.projectId],
  );
});
afterAll(() => stack.stop());

const scenario = (config: Record<string, unknown>): object => chain('Sale', NOW, mms('send', config));

async function validate(config: Record<string, unknown>): Promise<Validation> {
  const answer = await stack.api.call<Validation>('POST', '/v1/scenarios/validate', scenario(config));
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

/** Place and code of every problem of the message. */
async function problemsOf(config: Record<string, unknown>): Promise<readonly string[]> {
  const { problems } = await validate(config);
  return problems.map(({ pointer, code }) => `${pointer.replace('/nodes/1/config', '')} ${code}`);
}

/** A film of so many bytes; nobody looks further than its beginning. */
async function film(bytes: number): Promise<{ url: string }> {
  const head = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom');
  const content = Buffer.concat([head, Buffer.alloc(bytes - head.length, bytes % 251)]);
  const { status, text, body } = await upload(stack.api, content);
  if (status >= 300) throw new Error(text);
  return { url: body.path };
}

/** A picture of at least so many bytes, as it was sent. */
async function picture(bytes: number): Promise<MediaView> {
  const edge = Math.ceil(Math.sqrt(bytes / 3));
  const content = await noise(edge, edge).png({ compressionLevel: 0 }).toBuffer();
  return (await upload(stack.api, content, { recompress: 'false' })).body;
}

/** A card, with what its node needs beside it. */
const CARD = { contactCards: ['support'], fallback: { text: 'Support: +1 206 555 0100' } };

describe('media of a message', () => {
  it('are held against the provider first, the whole message together', async () => {
    const [one, two] = [await film(200_000), await film(99_000)];
    expect(await problemsOf({ media: [one, two] })).toEqual([]);
    const text = 'x'.repeat(1_001);
    const { valid, problems } = await validate({ media: [one, two], text });
    expect(valid).toBe(false);
    expect(problems).toEqual([
      {
        pointer: '/nodes/1/config/media',
        code: 'message_too_large',
        message:
          'The message has 300001 bytes, with its text and its contact cards; "infobip" allows 300000. ' +
          'Send smaller media, which POST /v1/media makes of images, or see mediaLimits and the sender.',
      },
    ]);
    // Its provider's limits are no choice of the author's.
    expect(await problemsOf({ media: [one, two], text, mediaLimits: 'provider' })).toHaveLength(1);
  });

  it('count with the contact cards behind them', async () => {
    const media = [await film(299_900)];
    await stack.api.call('POST', '/v1/contact-cards', { key: 'support', formattedName: 'S'.repeat(200) });
    expect(await problemsOf({ media, text: 'x' })).toEqual([]);
    expect(await problemsOf({ media, text: 'x', ...CARD })).toEqual(['/media message_too_large']);
  });

  it('are to keep what every carrier takes, unless their author chooses other limits', async () => {
    const media = [await film(1_200_000)];
    const of = (sender: string, mediaLimits?: string): Promise<readonly string[]> =>
      problemsOf({ sender, media, text: 'Doors open at 6', ...(mediaLimits && { mediaLimits }) });
    expect(await of('short')).toEqual(['/media message_too_large']);
    expect(await of('short', 'us-ca-carriers')).toEqual(['/media message_too_large']);
    expect(await of('short', 'att')).toEqual(['/media message_too_large']);
    expect(await of('short', 'verizon')).toEqual([]);
    expect(await of('short', 'recommended')).toEqual([]);
    expect(await of('short', 'provider')).toEqual([]);
    // From a long code AT&T takes more, and Sinch, which does not transcode it, less.
    expect(await of('long', 'att')).toEqual(['/media/0 media_too_large']);
    expect(await of('long', 'provider')).toEqual(['/media/0 media_too_large']);
  });

  it('are each named by their place where one alone is too large', async () => {
    const small = { url: (await picture(20_000)).path };
    const large = await picture(600_000);
    const { problems } = await validate({ sender: 'short', media: [small, { url: large.url }] });
    expect(problems.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/nodes/1/config/media/1', 'media_too_large'],
      ['/nodes/1/config/media', 'message_too_large'],
    ]);
    expect(problems[0]?.message).toContain(`The file has ${large.bytes} bytes; "safe" allows 500000.`);
  });

  it('have a text that the provider takes, before anything is filled in', async () => {
    const text = 'x'.repeat(1_601);
    expect(await problemsOf({ text: `${text} {{ customer.first }}` })).toEqual(['/text text_too_long']);
    expect(await problemsOf({ text, sender: 'short' })).toEqual([]);
  });

  it('have a subject that the provider takes, before anything is filled in', async () => {
    const subject = (length: number): Record<string, string> => ({
      subject: `${'x'.repeat(length)}{{ customer.first }}`,
    });
    expect(await problemsOf(subject(66))).toEqual([]);
    const { valid, problems } = await validate(subject(67));
    expect(valid).toBe(false);
    expect(problems).toMatchObject([{ pointer: '/nodes/1/config/subject', code: 'subject_too_long' }]);
    expect(problems[0]?.message).toContain('67 characters');
    expect(problems[0]?.message).toContain('"infobip" allows 66');
    const scenarioId = await stack.api.createScenario(scenario(subject(67)));
    const launch = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(launch.status).toBe(422);
    expect(launch.text).toContain('subject_too_long');
  });
});

describe('a message for Sinch', () => {
  const files = (count: number, ending = 'jpg'): object => ({
    media: Array.from({ length: count }, (_, index) => ({ url: `https://example.com/${index}.${ending}` })),
  });

  it('has at most eight slides, one of them for the text where a document comes first', async () => {
    const fallback = { text: 'See us' };
    expect(await problemsOf({ sender: 'short', ...files(8) })).toEqual([]);
    expect(await problemsOf({ sender: 'short', ...files(9) })).toEqual(['/media too_many_slides']);
    expect(await problemsOf({ sender: 'short', fallback, ...files(8, 'pdf') })).toEqual([
      '/media too_many_slides',
    ]);
    expect(await problemsOf({ ...files(9) })).toEqual([]);
  });

  it('has film that is small as it is where it says something of its own: Sinch transcodes only what it saves', async () => {
    const of = (more: object): Promise<readonly string[]> =>
      problemsOf({ sender: 'short', media, mediaLimits: 'provider', ...more });
    const media = [await film(1_100_000)];
    expect(await of({ text: 'Doors open at 6' })).toEqual([]);
    expect(await of({ text: 'Hello {{ customer.first }}' })).toEqual([]);
    const { pool } = stack.database;
    const setting = (settings: object): Promise<unknown> =>
      pool.query(`UPDATE integration SET settings = $1 WHERE key = 'sinch'`, [settings]);
    await setting({ serviceId: '32113', personalTexts: 'whole' });
    expect(await of({ text: 'Doors open at 6' })).toEqual([]);
    expect(await of({ text: 'Hello {{ customer.first }}' })).toEqual(['/media/0 media_too_large']);
    expect(await of({ text: 'Hello', subject: '{{ customer.first }}' })).toEqual([
      '/media/0 media_too_large',
    ]);
    await setting({});
  });

  it('has a subject of at most 80 characters', async () => {
    const subject = (length: number): object => ({ subject: `${'x'.repeat(length)}{{ customer.first }}` });
    expect(await problemsOf({ sender: 'long', ...subject(80) })).toEqual([]);
    expect(await problemsOf({ sender: 'long', ...subject(81) })).toEqual(['/subject subject_too_long']);
  });
});

describe('an address of ours', () => {
  it('must be one of a file of the project, whatever other projects have', async () => {
    const content = await noise(30, 20).jpeg().toBuffer();
    const { path, hash } = (await upload(await otherProject(stack), content)).body;
    expect(await problemsOf({ media: [{ url: path }] })).toEqual(['/media/0/url unknown_media']);
    await upload(stack.api, content);
    expect(await problemsOf({ media: [{ url: path }] })).toEqual([]);
    expect(await problemsOf({ media: [{ url: stack.config.publicUrl + path }] })).toEqual([]);
    for (const ending of ['gif', 'jpeg'])
      expect(await problemsOf({ media: [{ url: `/media/${hash}.${ending}` }] })).toEqual([
        '/media/0/url unknown_media',
      ]);
  });

  it('is not called what the file is not', async () => {
    const { path } = await picture(10_000);
    const media = (contentType: string): object => ({ media: [{ url: path, contentType }] });
    expect(await problemsOf({ ...media('image/png') })).toEqual([]);
    expect(await problemsOf({ ...media('image/jpeg') })).toEqual([
      '/media/0/contentType media_type_mismatch',
    ]);
  });
});

describe('a document', () => {
  it('needs a text for phones that show none', async () => {
    const { path } = (await upload(stack.api, Buffer.from('%PDF-1.7\n'))).body;
    for (const url of [path, 'https://example.com/menu.pdf']) {
      expect(await problemsOf({ media: [{ url }] })).toEqual(['/fallback fallback_text_required']);
      const off = { by: 'off' };
      expect(await problemsOf({ media: [{ url }], fallback: off })).toHaveLength(1);
      expect(await problemsOf({ media: [{ url }], fallback: { text: 'Our menu: …' } })).toEqual([]);
    }
  });

  it('is one whatever its address ends in, and so is a contact card', async () => {
    await stack.api.call('POST', '/v1/contact-cards', { key: 'support', formattedName: 'Support' });
    const media = [{ url: 'https://example.com/menu', contentType: 'application/pdf' }];
    for (const config of [{ media }, { contactCards: CARD.contactCards }]) {
      expect(await problemsOf(config)).toEqual(['/fallback fallback_text_required']);
      const off = { by: 'off', text: 'Call us' };
      expect(await problemsOf({ ...config, fallback: off })).toEqual(['/fallback fallback_text_required']);
      expect(await problemsOf({ ...CARD, ...config })).toEqual([]);
    }
  });

  it('is warned of with its text as well, and so is a contact card: not every phone shows them', async () => {
    const { path } = (await upload(stack.api, Buffer.from('%PDF-1.7\n'))).body;
    const config = { ...CARD, media: [{ url: (await picture(10_000)).path }, { url: path }] };
    const { valid, warnings } = await validate(config);
    expect(valid).toBe(true);
    expect(warnings.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/nodes/1/config/media/1/url', 'document_not_shown'],
      ['/nodes/1/config/contactCards', 'document_not_shown'],
    ]);
    expect(warnings[0]?.message).toContain('Not every phone shows application/pdf');
    const scenarioId = await stack.api.createScenario(scenario(config));
    const report = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(report.body['warnings']).toContainEqual(
      expect.objectContaining({ code: 'document_not_shown', node_id: 'send' }),
    );
  });
});

describe('a file that somebody else serves', () => {
  const media = [{ url: 'https://example.com/sale.jpg' }];

  it('is warned of, and counts as nothing', async () => {
    const { valid, warnings } = await validate({ media });
    expect(valid).toBe(true);
    expect(warnings.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/nodes/1/config/media/0/url', 'media_not_stored'],
    ]);
    const scenarioId = await stack.api.createScenario(scenario({ media }));
    const report = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(report.body['warnings']).toContainEqual(
      expect.objectContaining({ code: 'media_not_stored', node_id: 'send' }),
    );
  });

  it('is none of the files that we serve, nor a contact card', async () => {
    await stack.api.call('POST', '/v1/contact-cards', { key: 'ours', formattedName: 'Ours' });
    const { path } = await picture(10_000);
    const config = { media: [{ url: path }], contactCards: ['ours'], fallback: CARD.fallback };
    expect((await validate(config)).warnings).toMatchObject([{ code: 'document_not_shown' }]);
    const scenarioId = await stack.api.createScenario(scenario(config));
    const report = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(report.text).not.toContain('media_not_stored');
  });
});

describe('a launch', () => {
  it('is refused with every limit that a message breaks, and the draft says so', async () => {
    const scenarioId = await stack.api.createScenario(scenario({ media: [await film(400_000)] }));
    const draft = await stack.api.call<Validation>('GET', `/v1/scenarios/${scenarioId}`);
    expect(draft.body.problems.map(({ code }) => code)).toEqual(['message_too_large']);
    const problem = expectProblem(await stack.api.launch(scenarioId), 422, 'invalid_scenario');
    expect(entriesOf(problem)).toEqual([['/nodes/1/config/media', 'message_too_large']]);
  });

  it('freezes the address and the type of a file', async () => {
    const { path, url } = await picture(10_000);
    const scenarioId = await stack.api.createScenario(scenario({ media: [{ url: path }] }));
    expect((await stack.api.launch(scenarioId)).status).toBe(202);
    const { rows } = await stack.database.pool.query<{ media: unknown }>(
      `SELECT frozen->'nodes'->1->'config'->'media' AS media FROM scenario_version WHERE scenario_id = $1`,
      [scenarioId],
    );
    expect(rows).toEqual([{ media: [{ url, contentType: 'image/png' }] }]);
  });
});
