import { mergeConsent, type ConsentStatement, type StoredConsent } from '../../domain/consent.ts';

const [JANUARY, FEBRUARY, MARCH, NOW] = [1, 2, 3, 10].map((month) => Date.UTC(2026, month)) as [
  number,
  number,
  number,
  number,
];
const NOBODY_OPTED_OUT = { now: NOW, optedOutAt: null };
const PROOF = { method: 'web_form', source: 'https://shop.example.com' };

const grant = (saidAt: number | null, proof: Partial<ConsentStatement> = PROOF): ConsentStatement => ({
  granted: true,
  saidAt,
  method: null,
  source: null,
  ...proof,
});
const revocation = (saidAt: number | null): ConsentStatement => ({ ...grant(saidAt), granted: false });
const stored = (consent: Partial<StoredConsent>): StoredConsent => ({
  state: 'granted',
  saidAt: JANUARY,
  ...PROOF,
  revokedAt: null,
  ...consent,
});

describe('a statement of consent', () => {
  it('opens the category when it comes with time, method and source', () => {
    expect(mergeConsent(null, grant(JANUARY), NOBODY_OPTED_OUT)).toEqual({
      kind: 'store',
      consent: { state: 'granted', saidAt: JANUARY, ...PROOF, revokedAt: null },
    });
  });

  it.each([
    ['time', grant(null)],
    ['method', grant(JANUARY, { source: 'form' })],
    ['source', grant(JANUARY, { method: 'form' })],
  ])('opens nothing without %s', (_, statement) => {
    expect(mergeConsent(null, statement, NOBODY_OPTED_OUT)).toMatchObject({ consent: { state: 'unproven' } });
  });

  it('does not replace a proven grant by an unproven one', () => {
    expect(mergeConsent(stored({}), grant(null), NOBODY_OPTED_OUT)).toEqual({
      kind: 'ignore',
      reason: 'weaker_than_stored',
    });
  });

  it('does not lift a revocation by an unproven grant, however new', () => {
    const revoked = stored({ state: 'revoked', saidAt: JANUARY, revokedAt: JANUARY });
    for (const statement of [grant(null), grant(MARCH, { method: 'form' })]) {
      expect(mergeConsent(revoked, statement, NOBODY_OPTED_OUT)).toMatchObject({ kind: 'ignore' });
    }
  });

  it('is ignored when it is older than the last revocation', () => {
    const revoked = stored({ state: 'revoked', saidAt: FEBRUARY, revokedAt: FEBRUARY });
    for (const saidAt of [JANUARY, FEBRUARY, null]) {
      expect(mergeConsent(revoked, grant(saidAt), NOBODY_OPTED_OUT)).toEqual({
        kind: 'ignore',
        reason: 'older_than_revocation',
      });
    }
  });

  it('is ignored when it is older than the opt-out of the number', () => {
    for (const saidAt of [JANUARY, FEBRUARY]) {
      expect(mergeConsent(null, grant(saidAt), { now: NOW, optedOutAt: FEBRUARY })).toEqual({
        kind: 'ignore',
        reason: 'older_than_revocation',
      });
    }
  });

  it('opens the category again when it is newer than the revocation, which is remembered', () => {
    const revoked = stored({ state: 'revoked', saidAt: FEBRUARY, revokedAt: FEBRUARY });
    expect(mergeConsent(revoked, grant(MARCH), NOBODY_OPTED_OUT)).toMatchObject({
      consent: { state: 'granted', saidAt: MARCH, revokedAt: FEBRUARY },
    });
  });

  it('revokes at the instant it names, or now', () => {
    expect(mergeConsent(stored({}), revocation(MARCH), NOBODY_OPTED_OUT)).toMatchObject({
      consent: { state: 'revoked', revokedAt: MARCH },
    });
    expect(mergeConsent(stored({}), revocation(null), NOBODY_OPTED_OUT)).toMatchObject({
      consent: { state: 'revoked', saidAt: NOW, revokedAt: NOW },
    });
  });

  it('revokes what was never granted', () => {
    expect(mergeConsent(null, revocation(null), NOBODY_OPTED_OUT)).toMatchObject({
      consent: { state: 'revoked' },
    });
  });

  it('does not revoke a grant that is newer than the revocation', () => {
    expect(mergeConsent(stored({ saidAt: MARCH }), revocation(FEBRUARY), NOBODY_OPTED_OUT)).toEqual({
      kind: 'ignore',
      reason: 'weaker_than_stored',
    });
  });

  it('never moves the last revocation back', () => {
    const revoked = stored({ state: 'revoked', saidAt: MARCH, revokedAt: MARCH });
    expect(mergeConsent(revoked, revocation(JANUARY), NOBODY_OPTED_OUT)).toMatchObject({
      consent: { revokedAt: MARCH },
    });
  });
});
