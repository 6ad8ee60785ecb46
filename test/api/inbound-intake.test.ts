import { InboundIntake } from '../../api/webhooks/inbound-intake.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import type { CrashPoint } from '../../domain/crash-point.ts';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { inboundSms, listInbound, newInboundUrl, tell } from '../support/inbound.ts';
import { newPhone, PHONE_KEY } from '../support/launched-run.ts';
import { TestStack } from '../support/test-stack.ts';
import { post, report, reportPath } from '../support/webhooks.ts';

let stack: TestStack;
let url: string;
let integrationId: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const reports = await reportPath(stack);
  integrationId = reports.split('/')[2] ?? '';
  url = await newInboundUrl(stack, 'inbound');
});
afterAll(() => stack.stop());

function messageFrom(from: string): InboundMessage {
  return {
    ...{ providerMessageId: null, channel: 'sms', from, to: '12065550100', subject: null },
    ...{ text: 'STOP', media: [], keyword: null, at: Date.now() },
  };
}

function intakeWith(
  maxPending?: number,
  reach: (point: CrashPoint) => void = () => undefined,
): InboundIntake {
  return new InboundIntake({ pool: stack.database.pool, config: stack.config, reach }, maxPending);
}

async function stops(): Promise<readonly (string | null)[]> {
  return (await listInbound(stack, { keyword: 'stop' })).messages.map(({ phone }) => phone);
}

describe('an inbound message', () => {
  it('does not wait for delivery reports that can not be stored', async () => {
    const phone = newPhone();
    const reports = stack.api.url + (await reportPath(stack));
    const { reported } = await HeldLocks.during(
      stack.database.pool,
      'LOCK TABLE receipt IN ACCESS EXCLUSIVE MODE',
      [],
      async (held) => {
        const status = post(reports, { results: [report('waits')] });
        await held.isWaitedFor();
        expect(await tell(url, inboundSms(phone, 'STOP'))).toBe(200);
        expect(await stops()).toContain(phone);
        return { reported: status };
      },
    );
    expect(await reported).toBe(200);
  });

  it('is not taken while too many wait, and told again is', async () => {
    const [first, second] = [newPhone(), newPhone()];
    await tell(url, inboundSms(first, 'hello'));
    const intake = intakeWith(1);
    const { stored } = await HeldLocks.during(
      stack.database.pool,
      'SELECT FROM recipient WHERE phone_hash = $1 FOR NO KEY UPDATE',
      [phoneHash(PHONE_KEY, first)],
      async (held) => {
        const waiting = intake.store(integrationId, [messageFrom(first)]);
        await held.isWaitedFor();
        await expect(intake.store(integrationId, [messageFrom(second)])).rejects.toMatchObject({
          name: 'TransientError',
          code: 'inbox_full',
        });
        return { stored: waiting };
      },
    );
    await stored;
    expect(await stops()).not.toContain(second);
    // More than the bound at once are taken where nobody waits.
    await intake.store(integrationId, [messageFrom(second), messageFrom(newPhone())]);
    expect(await stops()).toEqual(expect.arrayContaining([first, second]));
  });

  it('whose STOP holds though its process died before the answer is one when it is told again', async () => {
    const phone = newPhone();
    const message = messageFrom(phone);
    const dies = intakeWith(undefined, (point) => {
      throw new Error(`died at ${point}`);
    });
    await expect(dies.store(integrationId, [message])).rejects.toThrow('died at after_suppression');
    await intakeWith().store(integrationId, [message]);
    expect((await stops()).filter((one) => one === phone)).toEqual([phone]);
  });
});
