import { keywordOf } from '../../domain/keyword.ts';
import { PermanentError } from '../../domain/errors.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { CallWindow, MessageProvider, OutboundMessage, RawWebhook } from '../../providers/provider.ts';
import type { ProviderName } from '../../domain/provider-names.ts';
import { PROVIDER_KINDS } from '../../providers/catalogue.ts';
import { limitsInWords } from './limits-in-words.ts';
import { eventually } from './eventually.ts';
import { cellsOf, readColumn, writeColumn, type Shown } from './provider-table.ts';

/** What a vendor can do to a call. */
export type Trouble =
  'rejects' | 'throttles' | 'fails' | 'resets' | 'stays_silent' | 'truncates' | 'leaves_out';

/**
 * What a vendor does not do, each with its reason; the suite then asserts what its adapter does instead.
 *
 * - `refuses_known_ids`: an id that was taken before is taken again
 * - `batches`: a call offers one message
 * - `retry_after`: a throttled call does not say for how long
 * - `lookup`: nobody can be asked about a message
 */
export type Gaps = Readonly<
  Partial<Record<'refuses_known_ids' | 'batches' | 'retry_after' | 'lookup', string>>
>;

/** An adapter with a stand-in for its vendor. */
export interface ProviderUnderTest {
  readonly provider: MessageProvider;
  /** The same adapter, pointed at an address where nobody listens. */
  readonly unreachable: MessageProvider;
  /** A message that the vendor takes and delivers; a trouble makes it one whose call meets that trouble. */
  message(trouble?: Trouble): OutboundMessage;
  /** A message for which the vendor refuses the whole call. */
  malformed(): OutboundMessage;
  /** How many requests have reached the vendor. */
  requests(): number;
  /** Ids that the vendor has taken. */
  accepted(): readonly string[];
  /** A webhook as the vendor posts it once these messages have been delivered: one each where it tells of one at a time. */
  deliveryWebhooks(ids: readonly string[]): readonly RawWebhook[];
  /** A webhook as the vendor posts it once +12125550123 has sent "Stop" to the sender 12065550100. */
  inboundWebhook(): RawWebhook;
  /** One without its proof. */
  forgedWebhook(id: string): RawWebhook;
  close(): Promise<void>;
}

/** Time enough for a call to a server on this machine. */
const CALL_MS = 2_000;

export function callWindow(deadlineMs = CALL_MS): CallWindow {
  return { startBy: performance.now() + CALL_MS, deadline: AbortSignal.timeout(deadlineMs) };
}

/**
 * What every adapter must do, whatever its vendor.
 * @param make a fresh vendor and adapter; called once for each group of cases
 */
export function providerConformance(
  kind: ProviderName,
  gaps: Gaps,
  make: () => Promise<ProviderUnderTest>,
): void {
  const name = PROVIDER_KINDS[kind].label;
  let test: ProviderUnderTest;
  const shown: Shown[] = [];
  /** A case that shows what its provider can do: it then stands in docs/providers.md. */
  const shows = (
    capability: string,
    says: () => string,
    [title, run]: readonly [title: string, run: () => Promise<void> | void],
  ): void => {
    it(title, async () => {
      await run();
      shown.push({ capability, says: says(), test: title });
    });
  };
  beforeAll(async () => (test = await make()));
  afterAll(() => test.close());

  const submitOne = async (message: OutboundMessage, window = callWindow()): Promise<SubmitOutcome> => {
    const outcomes = await test.provider.submit([message], window);
    expect(outcomes.map(({ messageId }) => messageId)).toEqual([message.id]);
    return outcomes[0] as SubmitOutcome;
  };

  describe(`${name}: offering a message`, () => {
    shows('channels', () => test.provider.capabilities.channels.join(', ').toUpperCase(), [
      'that is taken is accepted',
      async () => {
        const message = test.message();
        expect(await submitOne(message)).toMatchObject({ kind: 'accepted' });
        expect(test.accepted()).toContain(message.id);
      },
    ]);

    shows('longest text', () => limitsInWords(test.provider.capabilities), [
      'of the longest text that its channel has is accepted',
      async () => {
        const { channels, maxText, maxSegments } = test.provider.capabilities;
        for (const channel of channels) {
          const message = test.message();
          const length = channel === 'sms' ? Math.min(maxText.sms, maxSegments * 153) : maxText.mms;
          const content = { ...message.content, subject: null, text: 'x'.repeat(length) };
          const reportUrl = test.provider.reportUrl(channel);
          expect(await submitOne({ ...message, channel, content, reportUrl })).toMatchObject({
            kind: 'accepted',
          });
        }
      },
    ]);

    if (gaps.refuses_known_ids !== undefined) {
      shows('an id that it has taken before', () => 'is taken again', [
        `whose id was taken before is taken again: ${gaps.refuses_known_ids}`,
        async () => {
          const message = test.message();
          await submitOne(message);
          expect(await submitOne(message)).toMatchObject({ kind: 'accepted' });
          expect(test.accepted().filter((id) => id === message.id)).toHaveLength(2);
        },
      ]);
    } else
      shows('an id that it has taken before', () => 'is refused, and told apart', [
        'whose id was taken before is told apart, and it is not taken again',
        async () => {
          const message = test.message();
          await submitOne(message);
          expect(await submitOne(message)).toEqual({ kind: 'duplicate_id', messageId: message.id });
          expect(test.accepted().filter((id) => id === message.id)).toHaveLength(1);
        },
      ]);

    it('that is refused is rejected, with the reason of the vendor', async () => {
      const message = test.message('rejects');
      expect(await submitOne(message)).toMatchObject({
        kind: 'rejected',
        statusCode: expect.stringMatching(/\S/) as string,
        error: expect.stringMatching(/\S/) as string,
        errorClass: expect.stringMatching(/\S/) as string,
      });
      expect(test.accepted()).not.toContain(message.id);
    });

    shows(
      'while it throttles',
      () =>
        gaps.retry_after === undefined
          ? 'says for how long'
          : `does not say for how long: ${gaps.retry_after}`,
      [
        'while the vendor throttles is provably unsent, until the vendor says',
        async () => {
          const message = test.message('throttles');
          expect(await submitOne(message)).toMatchObject({
            kind: 'unsent',
            cause: 'throttled',
            retryAfterMs: gaps.retry_after === undefined ? 1_000 : null,
          });
          expect(test.accepted()).not.toContain(message.id);
          expect(await submitOne(message)).toMatchObject({ kind: 'accepted' });
        },
      ],
    );

    it('that can not be understood is rejected when it is alone', async () => {
      expect(await submitOne(test.malformed())).toMatchObject({ kind: 'rejected' });
    });
  });

  describe(`${name}: a call whose answer does not come`, () => {
    it.each([
      ['the vendor fails', 'fails', false],
      ['the connection is reset', 'resets', true],
      ['nothing comes before the deadline', 'stays_silent', true],
      ['half an answer comes', 'truncates', true],
      ['the answer leaves the message out', 'leaves_out', true],
    ] as const)('leaves the message in doubt: %s', async (_what, trouble, taken) => {
      const message = test.message(trouble);
      const before = test.requests();
      const start = performance.now();
      const outcome = await submitOne(message, callWindow(400));
      expect(outcome).toMatchObject({ kind: 'unknown', statusCode: expect.stringMatching(/\S/) as string });
      expect(performance.now() - start).toBeLessThan(CALL_MS);
      // It is not made again by itself, whatever became of it.
      expect(test.requests()).toBe(before + 1);
      expect(test.accepted().includes(message.id)).toBe(taken);
    });

    it('because nobody listens has sent nothing', async () => {
      const message = test.message();
      const outcomes = await test.unreachable.submit([message], callWindow());
      expect(outcomes).toMatchObject([
        { kind: 'unsent', cause: 'unreachable', messageId: message.id, retryAfterMs: null },
      ]);
    });

    it('because it is too late to start it has sent nothing, and nothing reaches the vendor', async () => {
      const before = test.requests();
      const late = { startBy: performance.now() - 1, deadline: AbortSignal.timeout(CALL_MS) };
      const over = { startBy: performance.now() + CALL_MS, deadline: AbortSignal.abort() };
      for (const window of [late, over])
        expect(await submitOne(test.message(), window)).toMatchObject({ kind: 'unsent' });
      expect(await submitOne(test.message())).toMatchObject({ kind: 'accepted' });
      expect(test.requests()).toBe(before + 1);
    });
  });

  describe(`${name}: offering many messages in one call`, () => {
    it('of none makes no call', async () => {
      const before = test.requests();
      expect(await test.provider.submit([], callWindow())).toEqual([]);
      expect(test.requests()).toBe(before);
    });

    if (gaps.batches !== undefined) {
      shows('messages of one call', () => '1', [
        `is not done: ${gaps.batches}`,
        async () => {
          expect(test.provider.capabilities.maxBatch).toBe(1);
          const before = test.requests();
          await expect(test.provider.submit([test.message(), test.message()], callWindow())).rejects.toThrow(
            RangeError,
          );
          expect(test.requests()).toBe(before);
        },
      ]);
      return;
    }

    shows('messages of one call', () => `up to ${test.provider.capabilities.maxBatch}`, [
      'answers each by its id, in one request',
      async () => {
        const many = Array.from({ length: test.provider.capabilities.maxBatch - 1 }, () => test.message());
        const refused = test.message('rejects');
        const before = test.requests();
        const outcomes = await test.provider.submit([...many, refused], callWindow());
        expect(test.requests()).toBe(before + 1);
        expect(outcomes.map(({ messageId }) => messageId)).toEqual([...many, refused].map(({ id }) => id));
        expect(outcomes.map(({ kind }) => kind)).toEqual([...many.map(() => 'accepted'), 'rejected']);
        expect(test.accepted()).toEqual(expect.arrayContaining(many.map(({ id }) => id)));
      },
    ]);

    it('leaves all of them in doubt when the answer does not come', async () => {
      const batch = [test.message(), test.message('resets'), test.message()];
      const outcomes = await test.provider.submit(batch, callWindow());
      expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
    });

    it('has sent none of them when the call is refused as a whole: each is to be offered alone', async () => {
      const batch = [test.message(), test.malformed(), test.message()];
      const outcomes = await test.provider.submit(batch, callWindow());
      expect(outcomes).toMatchObject(
        batch.map(({ id }) => ({ kind: 'unsent', cause: 'batch', messageId: id, retryAfterMs: 0 })),
      );
      for (const { id } of batch) expect(test.accepted()).not.toContain(id);
    });
  });

  describe(`${name}: looking messages up`, () => {
    if (gaps.lookup !== undefined) {
      shows('look-up of a message by our id', () => 'none: what is in doubt is proven by a report alone', [
        `is not done: ${gaps.lookup}`,
        async () => {
          const { id, channel } = test.message();
          const before = test.requests();
          expect(test.provider.capabilities.lookup).toBe(false);
          expect(await test.provider.lookup([{ messageId: id, channel }])).toEqual([]);
          expect(test.requests()).toBe(before);
        },
      ]);
      return;
    }

    shows('look-up of a message by our id', () => 'yes', [
      'finds those that were taken, in their state, and names those that were not',
      async () => {
        const [sent, never] = [test.message(), test.message()];
        await submitOne(sent);
        const references = [sent, never].map(({ id, channel }) => ({ messageId: id, channel }));
        await eventually(async () => {
          const [found, missing] = await test.provider.lookup(references);
          expect(missing).toEqual({ kind: 'missing', messageId: never.id });
          expect(found).toMatchObject({
            kind: 'found',
            receipt: { messageId: sent.id, channel: sent.channel },
          });
          return found?.kind === 'found' && found.receipt.state === 'delivered' ? found : undefined;
        });
        expect(test.accepted()).not.toContain(never.id);
      },
    ]);

    shows('ids of one look-up', () => String(test.provider.capabilities.maxLookup), [
      'answers for each of more ids than one look-up takes',
      async () => {
        const messages = Array.from({ length: test.provider.capabilities.maxLookup * 2 + 1 }, () =>
          test.message(),
        );
        const last = messages.at(-1) as OutboundMessage;
        await submitOne(last);
        const results = await test.provider.lookup(
          messages.map(({ id, channel }) => ({ messageId: id, channel })),
        );
        expect(results.map(({ messageId }) => messageId).sort()).toEqual(messages.map(({ id }) => id).sort());
        expect(results.filter(({ kind }) => kind === 'found').map(({ messageId }) => messageId)).toEqual([
          last.id,
        ]);
      },
    ]);

    it('of none makes no call', async () => {
      const before = test.requests();
      expect(await test.provider.lookup([])).toEqual([]);
      expect(test.requests()).toBe(before);
    });

    it('fails in a way that may pass when the vendor does not answer', async () => {
      const { id, channel } = test.message();
      await expect(test.unreachable.lookup([{ messageId: id, channel }])).rejects.toMatchObject({
        name: 'TransientError',
        code: 'lookup_failed',
      });
    });
  });

  describe(`${name}: a webhook`, () => {
    shows('proof of webhooks', () => PROVIDER_KINDS[kind].webhookAuth.join(', '), [
      'of the vendor is believed, one without its proof is not',
      () => {
        for (const webhook of test.deliveryWebhooks(['a']))
          expect(test.provider.verifyWebhook(webhook)).toBe(true);
        expect(test.provider.verifyWebhook(test.forgedWebhook('a'))).toBe(false);
      },
    ]);

    it('says of each message that it was delivered, under a key that stays the same', () => {
      const webhooks = test.deliveryWebhooks(['a', 'b']);
      const read = (at: number): readonly Receipt[] =>
        webhooks.flatMap((webhook) => test.provider.parseWebhook(webhook, at).receipts);
      const receipts = read(Date.now());
      expect(receipts).toMatchObject([
        { messageId: 'a', state: 'delivered', errorClass: null },
        { messageId: 'b', state: 'delivered', errorClass: null },
      ]);
      expect(receipts[0]?.key).not.toBe(receipts[1]?.key);
      expect(read(Date.now() + 60_000).map(({ key }) => key)).toEqual(receipts.map(({ key }) => key));
    });

    shows('messages that people write', () => 'told by a webhook', [
      'of a message that somebody has sent tells who sent what to whom, and is the same when it is told again',
      () => {
        const webhook = test.inboundWebhook();
        expect(test.provider.verifyWebhook(webhook)).toBe(true);
        expect(test.provider.verifyWebhook({ ...webhook, path: [...webhook.path.slice(0, -1), 'x'] })).toBe(
          false,
        );
        const { receipts, inbound = [] } = test.provider.parseWebhook(webhook, Date.now());
        expect(receipts).toEqual([]);
        expect(inbound).toMatchObject([{ from: '+12125550123', to: '12065550100' }]);
        expect(inbound.map(keywordOf)).toEqual(['stop']);
        expect(inbound[0]?.providerMessageId).toMatch(/\S/);
        expect(test.provider.parseWebhook(webhook, Date.now() + 60_000).inbound).toEqual(inbound);
      },
    ]);

    it('that can not be read is refused by name', () => {
      for (const text of ['', 'no json', '[]', '{}']) {
        const webhook = { ...test.forgedWebhook('a'), body: Buffer.from(text) };
        const parse = (): unknown => test.provider.parseWebhook(webhook, Date.now());
        expect(parse).toThrow(PermanentError);
        expect(parse).toThrow(expect.objectContaining({ code: 'webhook_unreadable' }) as Error);
      }
    });
  });

  describe(`${name} in docs/providers.md`, () => {
    it('is described as it was shown here; UPDATE_DOCS=true writes it', async () => {
      if (process.env['UPDATE_DOCS'] === 'true') await writeColumn(kind, shown);
      expect(await readColumn(kind)).toEqual(cellsOf(shown));
    });
  });
}
