import { BREAKER_OPEN, QUIET_HOURS, SERVED_COUNTRIES } from '../domain/gate.ts';
import type { Parameters } from './audience-sql.ts';

/** SQL expressions for what {@link GateFacts} says of one customer. */
export interface FactsSql {
  readonly mode: string;
  readonly providerIsLocal: string;
  readonly consentClass: string;
  readonly customerDeleted: string;
  readonly number: string;
  readonly country: string;
  readonly isTestNumber: string;
  readonly optedOut: string;
  readonly consent: string;
  readonly consentForThisNumber: string;
  /** Whether marketing may be sent to the number at no hour. */
  readonly noCommonHours: string;
  /** Whether it may be sent at another hour than this one. */
  readonly quietHours: string;
  readonly held: string;
  /** Of an integration whose breaker is open and whose probe is not due. */
  readonly breakerOpen: string;
  readonly capReached: string;
}

/**
 * What `decideVerdict` says of a message that is not late, for a million customers at once.
 *
 * An SQL expression: the reason of a suppression, `quiet_hours`, `held`, `breaker_open`, or `send`. A test holds the two against each other.
 */
export function verdictSql(facts: FactsSql, parameters: Parameters): string {
  const marketing = `${facts.consentClass} = 'marketing'`;
  const testNumbersOnly = `(${facts.mode} = 'allow-list' OR (${facts.mode} = 'simulator' AND NOT ${facts.providerIsLocal}))`;
  const served = `coalesce(${facts.country} = ANY (${parameters.add(SERVED_COUNTRIES)}::text[]), false)`;
  return `CASE
    WHEN ${facts.customerDeleted} THEN 'customer_deleted'
    WHEN ${facts.number} = 'none' THEN 'no_number'
    WHEN ${facts.number} = 'invalid' THEN 'invalid_number'
    WHEN NOT ${served} THEN 'country_not_served'
    WHEN ${testNumbersOnly} AND NOT ${facts.isTestNumber} THEN 'not_in_allow_list'
    WHEN ${facts.optedOut} AND ${marketing} THEN 'opted_out'
    WHEN ${facts.consent} = 'revoked' THEN 'consent_revoked'
    WHEN ${marketing} AND ${facts.consent} IS NULL THEN 'no_consent'
    WHEN ${marketing} AND ${facts.consent} = 'unproven' THEN 'consent_unproven'
    WHEN ${marketing} AND NOT ${facts.consentForThisNumber} THEN 'consent_other_number'
    WHEN ${marketing} AND ${facts.noCommonHours} THEN 'no_common_hours'
    WHEN ${marketing} AND ${facts.quietHours} THEN '${QUIET_HOURS}'
    WHEN ${facts.held} THEN 'held'
    WHEN ${facts.breakerOpen} THEN '${BREAKER_OPEN}'
    WHEN ${facts.capReached} AND ${marketing} THEN 'capped'
    ELSE 'send' END`;
}
