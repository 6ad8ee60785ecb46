import { hash } from 'node:crypto';
import type { Channel } from '../../domain/channel.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { ReceiptState } from '../../domain/states.ts';
import { errorClassOf, STATUS_GROUP, STATUS_ID } from './codes.ts';
import type { InfobipReport } from './wire.ts';

/** An instant further away than this from when it was received is not believed. */
const MAX_CLOCK_ERROR_MS = 35 * 86_400_000;

/**
 * A report as a receipt.
 * @returns undefined for a report that says nothing of the message: the refusal of an id that was known (23)
 */
export function receiptOfReport(
  report: InfobipReport,
  channel: Channel,
  receivedAt: number,
): Receipt | undefined {
  const { status, error } = report;
  if (status.groupId === STATUS_GROUP.rejected && status.id === STATUS_ID.duplicateMessageId)
    return undefined;
  const state = stateOf(status.groupId, status.id);
  if (!state) return undefined;
  const failed = state === 'failed' || state === 'expired';
  const errorId = error?.id ?? 0;
  return {
    messageId: report.messageId,
    key: keyOf(report),
    state,
    at: instantOf(report, receivedAt),
    statusCode: String(failed && errorId !== 0 ? errorId : status.id),
    error: failed
      ? (errorId !== 0 && (error?.description || error?.name)) || status.description || status.name
      : '',
    errorClass: failed ? errorClassOf(status.id, errorId, error?.permanent) : null,
    channel,
    parts: report.messageCount ?? report.smsCount ?? report.mmsCount ?? null,
    providerMessageId: report.messageId,
  };
}

function stateOf(groupId: number, id: number): ReceiptState | undefined {
  switch (groupId) {
    case STATUS_GROUP.accepted:
    case STATUS_GROUP.pending:
      return 'accepted';
    case STATUS_GROUP.delivered:
      return id === STATUS_ID.deliveredToOperator ? 'dispatched' : 'delivered';
    case STATUS_GROUP.undeliverable:
    case STATUS_GROUP.rejected:
      return 'failed';
    case STATUS_GROUP.expired:
      return 'expired';
    default:
      return undefined;
  }
}

/** The same report has the same key, whether it was posted, posted again or read from the logs. */
function keyOf({ messageId, status, error, doneAt, sentAt }: InfobipReport): string {
  const parts = [messageId, status.groupId, status.id, error?.id ?? 0, doneAt ?? sentAt ?? ''];
  return hash('sha256', JSON.stringify(parts)).slice(0, 32);
}

function instantOf({ doneAt, sentAt }: InfobipReport, receivedAt: number): number {
  const at = Date.parse((doneAt ?? sentAt ?? '').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(at) || Math.abs(at - receivedAt) > MAX_CLOCK_ERROR_MS ? receivedAt : at;
}
