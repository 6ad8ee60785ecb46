import { hash } from 'node:crypto';
import type { Receipt } from '../../domain/receipt.ts';
import { trackingReference } from '../../domain/tracking-reference.ts';
import { vendorInstant } from '../vendor-instant.ts';
import { errorClassOf, stateOf, textOf } from './codes.ts';
import { batchReportSchema, recipientReportSchema, type RecipientReport } from './wire.ts';

/**
 * A report as a receipt. Without our reference its message is found by the id of its batch.
 * @returns undefined for what is no report of one of our messages, or of a status that nobody knows
 */
export function receiptOfReport(body: unknown, receivedAt: number): Receipt | undefined {
  const report = reportOf(body);
  if (!report) return undefined;
  const { status, code } = report;
  const batchId = report.batch_id ?? null;
  const messageId = report.client_reference ?? (batchId === null ? null : trackingReference(batchId));
  const state = stateOf(status);
  if (messageId === null || !state) return undefined;
  const failed = state === 'failed' || state === 'expired';
  return {
    messageId,
    key: keyOf(report),
    state,
    at: vendorInstant(report.at, receivedAt),
    statusCode: String(code ?? status),
    error: failed ? textOf(code, status) : '',
    errorClass: failed ? errorClassOf(code, status) : null,
    channel: 'sms',
    parts: report.number_of_message_parts ?? null,
    providerMessageId: batchId,
  };
}

function reportOf(body: unknown): RecipientReport | undefined {
  const own = recipientReportSchema.safeParse(body);
  if (own.success) return own.data;
  const batch = batchReportSchema.safeParse(body);
  const [status] = batch.data?.statuses ?? [];
  // One of several recipients is none of ours.
  if (!batch.success || !status || (status.count ?? 1) !== 1) return undefined;
  const { batch_id, client_reference } = batch.data;
  return { batch_id, client_reference, code: status.code, status: status.status };
}

/** The same report has the same key, whether it was posted, posted again or read. */
function keyOf({ client_reference, batch_id, code, status, at }: RecipientReport): string {
  return hash('sha256', JSON.stringify([client_reference, batch_id, code, status, at ?? ''])).slice(0, 32);
}
