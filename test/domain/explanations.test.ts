import { explainRun, explainStep } from '../../domain/explanations.ts';
import { lostReason } from '../../domain/lost-reason.ts';
import { MESSAGE_OUTCOMES } from '../../domain/message-outcome.ts';

const STEP = { reason: '', exit: null, messageState: null };

describe('the explanation of a step', () => {
  it('is there for everything that a message can come to', () => {
    for (const outcome of MESSAGE_OUTCOMES) {
      const reason = outcome === 'suppressed' ? 'no_number' : '';
      expect([outcome, explainStep({ ...STEP, outcome, reason })]).toEqual([
        outcome,
        expect.stringMatching(/^[A-Z].*\.$/),
      ]);
    }
  });

  it('tells what became of the message after the customer had gone on', () => {
    expect(explainStep({ ...STEP, outcome: 'accepted', messageState: 'delivered' })).toBe(
      'The provider took the message. Later: The message was delivered.',
    );
    expect(explainStep({ ...STEP, outcome: 'delivered', messageState: 'delivered' })).toBe(
      'The message was delivered.',
    );
  });

  it('says that the walk ended only where that is news', () => {
    expect(explainStep({ ...STEP, outcome: 'delivered', exit: 'end' })).toBe('The message was delivered.');
    expect(explainStep({ ...STEP, outcome: 'no', exit: 'end' })).toBe(
      'The way out that the customer took leads nowhere.',
    );
    expect(
      explainStep({ outcome: 'exited', reason: '', exit: 'run_cancelled', messageState: 'accepted' }),
    ).toBe('The provider took the message. The run was cancelled.');
  });

  it('of an opted-out number says how the opt-out was heard of, and of any other step does not', () => {
    const at = new Date('2026-11-18T18:00:00Z');
    const optOut = { source: 'inbound STOP', reason: 'STOP to 12065550100', at };
    expect(explainStep({ ...STEP, outcome: 'suppressed', reason: 'opted_out', optOut })).toBe(
      'The number has opted out. Source: inbound STOP, 2026-11-18T18:00:00.000Z: STOP to 12065550100.',
    );
    expect(
      explainStep({
        ...STEP,
        outcome: 'suppressed',
        reason: 'opted_out',
        optOut: { ...optOut, reason: null },
      }),
    ).toBe('The number has opted out. Source: inbound STOP, 2026-11-18T18:00:00.000Z.');
    expect(explainStep({ ...STEP, outcome: 'suppressed', reason: 'stale', optOut })).not.toContain('STOP');
    expect(explainStep({ ...STEP, outcome: 'delivered', optOut })).not.toContain('STOP');
  });

  it("is not mistaken by an author's own reasons", () => {
    for (const reason of ['stale', 'constructor'])
      expect(explainStep({ ...STEP, outcome: 'exited', reason, exit: 'exit' })).toBe(
        'The customer came to an exit node.',
      );
  });

  it('of a consent is true for a customer who never gave one', () => {
    for (const reason of ['consent_unproven', 'consent_revoked']) {
      const text = explainStep({ ...STEP, outcome: 'suppressed', reason });
      expect(text).toMatch(/^No consent|has refused/);
    }
  });
});

describe("the explanation of a run's reason", () => {
  it('tells how many workflows were lost', () => {
    const ids = ['cohort/sale/x/0001', 'cohort/sale/x/0002', 'cohort/sale/x/0003'];
    expect(lostReason(ids.slice(0, 1))).toBe('workflow_lost: cohort/sale/x/0001');
    expect(explainRun(lostReason(ids.slice(0, 1)))).toMatch(/^1 workflow was .*Resuming/);
    expect(explainRun(lostReason(ids))).toMatch(/^3 workflows were .*Resuming/);
    expect(explainRun(`${lostReason(ids)}; wrong price`)).toMatch(/^3 workflows were .* wrong price\.$/);
    expect(explainRun('workflow_lost: by hand, and 2 more')).toBeNull();
  });

  it('is there for a code, and not for a sentence', () => {
    expect(explainRun('empty_audience')).toMatch(/^No customer matched/);
    expect(explainRun('cancelled through the API')).toBeNull();
    expect(explainRun(null)).toBeNull();
  });
});
