import { decideVerdict, SERVED_COUNTRIES, type GateFacts } from '../../domain/gate.ts';
import type { SuppressionReason } from '../../domain/reasons.ts';

const NOW = Date.UTC(2026, 10, 18, 18);

/** A member to whom everything may be sent. */
const SENDABLE: GateFacts = {
  mode: 'simulator',
  providerIsLocal: true,
  consentClass: 'marketing',
  isTest: false,
  customerDeleted: false,
  number: 'valid',
  country: 'US',
  isTestNumber: false,
  optedOut: false,
  consent: 'granted',
  consentForThisNumber: true,
  heldBy: null,
  probeAt: null,
  capReached: false,
  window: { opensAt: NOW - 1, closesAt: NOW + 1 },
  now: NOW,
  staleAfter: NOW + 1_000,
  recheckMs: 30_000,
};

const verdictWith = (facts: Partial<GateFacts>): ReturnType<typeof decideVerdict> =>
  decideVerdict({ ...SENDABLE, ...facts });

describe('the gate', () => {
  it('lets a marketing message to a consenting customer pass', () => {
    expect(verdictWith({})).toEqual({ kind: 'send' });
  });

  it.each<[SuppressionReason, Partial<GateFacts>]>([
    ['customer_deleted', { customerDeleted: true }],
    ['no_number', { number: 'none' }],
    ['invalid_number', { number: 'invalid' }],
    ['country_not_served', { country: 'GB' }],
    ['country_not_served', { country: null }],
    ['not_in_allow_list', { mode: 'allow-list' }],
    ['not_in_allow_list', { mode: 'simulator', providerIsLocal: false }],
    ['opted_out', { optedOut: true }],
    ['consent_revoked', { consent: 'revoked' }],
    ['no_consent', { consent: null }],
    ['consent_unproven', { consent: 'unproven' }],
    ['consent_other_number', { consentForThisNumber: false }],
    ['stale', { staleAfter: NOW - 1 }],
    ['no_common_hours', { window: null }],
    ['capped', { capReached: true }],
  ])('keeps a marketing message in as %s', (reason, facts) => {
    expect(verdictWith(facts)).toEqual({ kind: 'suppress', reason });
  });

  it('serves the US with its territories and Canada', () => {
    for (const country of SERVED_COUNTRIES) expect(verdictWith({ country })).toEqual({ kind: 'send' });
    expect([...SERVED_COUNTRIES].sort()).toEqual(['CA', 'GU', 'PR', 'US', 'VI']);
  });

  it('lets a registered test number pass under an allow-list', () => {
    expect(verdictWith({ mode: 'allow-list', isTestNumber: true })).toEqual({ kind: 'send' });
  });

  it('takes mode simulator for an allow-list where the provider is not on this machine', () => {
    expect(verdictWith({ providerIsLocal: false, isTestNumber: true })).toEqual({ kind: 'send' });
  });

  it('asks for the allow-list in no other mode', () => {
    expect(verdictWith({ mode: 'live', providerIsLocal: false })).toEqual({ kind: 'send' });
  });

  it.each<Partial<GateFacts>>([
    { consent: null },
    { consent: 'unproven' },
    { consentForThisNumber: false },
    { optedOut: true },
    { capReached: true },
    { window: null },
    { window: { opensAt: NOW + 1, closesAt: NOW + 2 } },
  ])('needs no marketing consent for a transactional message: %j', (facts) => {
    expect(verdictWith({ ...facts, consentClass: 'transactional' })).toEqual({ kind: 'send' });
  });

  it.each<[SuppressionReason, Partial<GateFacts>]>([
    ['consent_revoked', { consent: 'revoked' }],
    ['customer_deleted', { customerDeleted: true }],
    ['not_in_allow_list', { mode: 'allow-list' }],
    ['country_not_served', { country: 'FR' }],
    ['stale', { staleAfter: NOW - 1 }],
  ])('keeps a transactional message in as %s', (reason, facts) => {
    expect(verdictWith({ ...facts, consentClass: 'transactional' })).toEqual({ kind: 'suppress', reason });
  });

  it('defers a held message to a second look', () => {
    expect(verdictWith({ heldBy: 'wrong prices' })).toEqual({
      kind: 'defer',
      until: NOW + 30_000,
      reason: 'held',
    });
  });

  it('does not defer what would be kept in anyway', () => {
    expect(verdictWith({ heldBy: 'wrong prices', optedOut: true })).toMatchObject({ reason: 'opted_out' });
    expect(verdictWith({ heldBy: 'wrong prices', staleAfter: NOW - 1 })).toMatchObject({ reason: 'stale' });
  });

  it('defers what marketing may not do at this hour to the opening, however far that is', () => {
    const window = { opensAt: NOW + 40_000_000, closesAt: NOW + 80_000_000 };
    const staleAfter = NOW + 50_000_000;
    expect(verdictWith({ window, staleAfter })).toEqual({
      kind: 'defer',
      until: NOW + 40_000_000,
      reason: 'quiet_hours',
    });
    // Whoever sleeps until the morning is not woken every now and then to be told of a hold.
    expect(verdictWith({ window, staleAfter, heldBy: 'wrong prices', probeAt: NOW + 1 })).toMatchObject({
      reason: 'quiet_hours',
    });
    expect(verdictWith({ window, staleAfter, optedOut: true })).toMatchObject({ reason: 'opted_out' });
  });

  it('suppresses at once what would be too late when the window opens', () => {
    const window = { opensAt: NOW + 2_000, closesAt: NOW + 3_000 };
    expect(verdictWith({ window, staleAfter: NOW + 1_999 })).toEqual({ kind: 'suppress', reason: 'stale' });
    expect(verdictWith({ window, staleAfter: NOW + 2_000 })).toMatchObject({ kind: 'defer' });
  });

  it('sends from the first instant of the window', () => {
    const at = (opensAt: number): ReturnType<typeof decideVerdict> =>
      verdictWith({ window: { opensAt, closesAt: NOW + 1_000 } });
    expect(at(NOW)).toEqual({ kind: 'send' });
    expect(at(NOW + 1)).toMatchObject({ kind: 'defer', until: NOW + 1 });
  });

  it('sends up to the last instant of the freshness', () => {
    expect(verdictWith({ staleAfter: NOW })).toEqual({ kind: 'send' });
  });

  it('names the cause that lies with the number before the one that lies with the consent', () => {
    expect(verdictWith({ number: 'invalid', consent: null, optedOut: true })).toMatchObject({
      reason: 'invalid_number',
    });
  });

  it.each<[Partial<GateFacts>]>([
    [{ consent: null }],
    [{ consent: 'revoked' }],
    [{ consentForThisNumber: false }],
    [{ capReached: true }],
  ])('asks no consent and no cap of a test: %j', (facts) => {
    expect(verdictWith({ ...facts, isTest: true })).toEqual({ kind: 'send' });
  });

  it.each<[SuppressionReason, Partial<GateFacts>]>([
    ['opted_out', { optedOut: true }],
    ['country_not_served', { country: 'MX' }],
    ['not_in_allow_list', { mode: 'allow-list' }],
    ['stale', { staleAfter: NOW - 1 }],
  ])('keeps a test in as %s', (reason, facts) => {
    expect(verdictWith({ ...facts, isTest: true })).toEqual({ kind: 'suppress', reason });
  });
});
