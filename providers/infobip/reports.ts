import { hash } from 'node:crypto';
import type { Channel } from '../../domain/channel.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { ReceiptState } from '../../domain/states.ts';
import { vendorInstant } from '../vendor-instant.ts';
import { errorClassOf, groupOf, STATUS_GROUP, STATUS_ID, statusIdOf } from './codes.ts';
import { reportSchema, type InfobipReport } from './wire.ts';

/** What reports say, and how many could not be read. */
export interface ReadReports {
  readonly receipts: readonly Receipt[];
  readonly unreadable: number;
}

/** Reads what can be read: one entry that can't does not cost the others. That an id was known says nothing and is no receipt. */
export function readReports(results: readonly unknown[], channel: Channel, receivedAt: number): ReadReports {
  const reports = results.flatMap((result) => reportSchema.safeParse(result).data ?? []);
  const telling = reports.filter((report) => !isOfKnownId(report));
  const receipts = telling.flatMap((report) => receiptOfReport(report, channel, receivedAt) ?? []);
  const unreadable = results.length - reports.length + telling.length - receipts.length;
  return { receipts, unreadable };
}

/** Whether it tells of the refusal of an id that was known (23). */
function isOfKnownId({ status }: InfobipReport): boolean {
  return groupOf(status) === STATUS_GROUP.rejected && statusIdOf(status) === STATUS_ID.duplicateMessageId;
}

/** @returns undefined where nobody knows its status */
function receiptOfReport(report: InfobipReport, channel: Channel, receivedAt: number): Receipt | undefined {
  const { status, error } = report;
  const statusId = statusIdOf(status);
  const state = stateOf(groupOf(status), statusId);
  if (!state) return undefined;
  const failed = state === 'failed' || state === 'expired';
  const errorId = error?.id ?? 0;
  return {
    messageId: report.messageId,
    key: keyOf(report),
    state,
    at: vendorInstant(report.doneAt ?? report.sentAt, receivedAt),
    statusCode: String(failed && errorId !== 0 ? errorId : statusId),
    error: failed
      ? (errorId !== 0 && (error?.description || error?.name)) || status.description || status.name
      : '',
    errorClass: failed ? errorClassOf(statusId, errorId, error?.permanent) : null,
    channel,
    parts: report.messageCount ?? report.smsCount ?? report.mmsCount ?? null,
    providerMessageId: report.messageId,
  };
}

function stateOf(groupId: number | undefined, id: number): ReceiptState | undefined {
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
  const parts = [messageId, groupOf(status), statusIdOf(status), error?.id ?? 0, doneAt ?? sentAt ?? ''];
  return hash('sha256', JSON.stringify(parts)).slice(0, 32);
}
