import { decideVerdict, SERVED_COUNTRIES, type GateFacts } from '../../domain/gate.ts';
import type { SuppressionReason } from '../../domain/reasons.ts';

const NOW = Date.UTC(2026, 10, 18, 18);

/** A member to whom everything may be sent. */
const SENDABLE: GateFacts = {
  mode: 'simulator',
  providerIsLocal: true,
  consentClass: 'marketing',
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

  it('sends up to the last instant of the freshness', () => {
    expect(verdictWith({ staleAfter: NOW })).toEqual({ kind: 'send' });
  });

  it('names the cause that lies with the number before the one that lies with the consent', () => {
    expect(verdictWith({ number: 'invalid', consent: null, optedOut: true })).toMatchObject({
      reason: 'invalid_number',
    });
  });
});
