import type { ContentKind } from '../domain/content-kind.ts';
import type { ConsentClass, ConsentState, GateFacts, ProjectMode } from '../domain/gate.ts';
import { handsetKnownSql } from './handset-limits.ts';

/** What a question to the gate says of its message node, whoever it asks about. */
export interface NodeQuestion {
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly senderId: string;
  readonly integrationId: string;
  /** How late its messages may leave. */
  readonly freshnessMs: number;
  readonly windowMarginMs: number;
  readonly recheckMs: number;
  /** Whether the provider is on this machine. */
  readonly providerIsLocal: boolean;
  /** Whether the number is one of TEST_NUMBERS. */
  readonly isTestNumber: (phone: string) => boolean;
  /** What its MMS bring, where the engine has an SMS for those who don't take it; absent where that is not asked. */
  readonly contentKind?: ContentKind | undefined;
}

/** What {@link projectFactsSql} reads. */
export interface ProjectFactsRow {
  readonly mode: ProjectMode;
  readonly held_by: string | null;
  readonly troubled: boolean;
  readonly probe_at: Date | null;
  readonly message_cap: number | null;
  readonly cap_window: string | null;
  readonly clock_offset_ms: number;
  readonly now_ms: number;
}

/** What {@link CUSTOMER_FACTS} reads. */
export interface CustomerFactsRow {
  readonly deleted: boolean;
  readonly phone: string | null;
  readonly phone_state: 'none' | 'invalid' | 'valid';
  readonly timezone: string | null;
  readonly recipient_id: string | null;
  readonly country: string | null;
  readonly opted_out: boolean;
  readonly consent: ConsentState | null;
  readonly consent_for_this_number: boolean;
  readonly handset_known: boolean;
}

interface Placeholders {
  readonly category: string;
  readonly sender: string;
  readonly integration: string;
}

/** Columns over `project` and the `breaker` of the integration: what is the same for all customers. */
export function projectFactsSql({ category, sender, integration }: Placeholders): string {
  return `project.mode, project.message_cap, project.cap_window,
           project.clock_offset_ms::float8 AS clock_offset_ms,
           (SELECT reason FROM hold
            WHERE (scope, target_id) IN (
              ('account', project.account_id), ('project', project.id), ('sender', ${sender}::uuid),
              ('integration', ${integration}::uuid), ('category', ${category}::uuid))
            LIMIT 1) AS held_by,
           coalesce(breaker.failures > 0, false) AS troubled, breaker.probe_at,
           (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`;
}

/** Columns over `customer` and what {@link customerJoins} joins with it. @param kind of the content that is asked about */
export const customerFactsSql = (kind: string): string => `customer.deleted_at IS NOT NULL AS deleted,
         customer.phone, customer.phone_state, customer.timezone, customer.recipient_id,
         recipient.country, recipient.opted_out_at IS NOT NULL AS opted_out,
         consent.state AS consent,
         coalesce(consent.recipient_id = customer.recipient_id, false) AS consent_for_this_number,
         ${handsetKnownSql('customer.recipient_id', kind)} AS handset_known`;

export function customerJoins(category: string): string {
  return `LEFT JOIN recipient ON recipient.id = customer.recipient_id
  LEFT JOIN consent ON consent.customer_id = customer.id AND consent.category_id = ${category}`;
}

/** What the gate is told of one customer. */
export function gateFactsOf(
  row: Omit<ProjectFactsRow, 'message_cap' | 'cap_window' | 'clock_offset_ms' | 'troubled'> &
    CustomerFactsRow,
  question: NodeQuestion,
  {
    isTest,
    capReached,
    window,
    staleAfter,
  }: Pick<GateFacts, 'isTest' | 'capReached' | 'window' | 'staleAfter'>,
): GateFacts {
  return {
    mode: row.mode,
    providerIsLocal: question.providerIsLocal,
    consentClass: question.consentClass,
    isTest,
    customerDeleted: row.deleted,
    number: row.phone_state,
    country: row.country,
    isTestNumber: row.phone !== null && question.isTestNumber(row.phone),
    optedOut: row.opted_out,
    consent: row.consent,
    consentForThisNumber: row.consent_for_this_number,
    heldBy: row.held_by,
    probeAt: row.probe_at?.getTime() ?? null,
    capReached,
    window,
    now: row.now_ms,
    staleAfter,
    recheckMs: question.recheckMs,
  };
}
