import type { z } from 'zod';
import { TransientError } from '../../domain/errors.ts';
import type { LookupResult } from '../provider.ts';
import { vendorInstant } from '../vendor-instant.ts';
import { receiptOfReport } from './reports.ts';
import { batchListSchema, batchSchema, reportListSchema } from './wire.ts';

/** How far back a look-up reaches: Sinch lists batches of 14 days, by default of one. */
const REACH_MS = 13 * 86_400_000;

/**
 * Looks a message up by its reference: its newest report, else whether its batch is known.
 * @param read answers the JSON of a path of the service plan
 * @throws TransientError `lookup_failed`
 */
export async function lookUp(
  messageId: string,
  now: number,
  read: (path: string) => Promise<unknown>,
): Promise<LookupResult> {
  const query = new URLSearchParams({
    client_reference: messageId,
    start_date: new Date(now - REACH_MS).toISOString(),
  }).toString();
  const reports = parsed(reportListSchema, await read(`/delivery_reports?${query}`));
  const [newest] = reports.delivery_reports
    .flatMap((report) => receiptOfReport(report, now) ?? [])
    .filter((receipt) => receipt.messageId === messageId)
    .sort((one, other) => other.at - one.at);
  if (newest) return { kind: 'found', messageId, receipt: newest };
  const { batches } = parsed(batchListSchema, await read(`/batches?${query}`));
  const batch = batches
    .flatMap((entry) => batchSchema.safeParse(entry).data ?? [])
    .find(({ client_reference }) => client_reference === messageId);
  if (!batch) return { kind: 'missing', messageId };
  return {
    kind: 'found',
    messageId,
    receipt: {
      messageId,
      key: `batch ${batch.id}`,
      state: 'accepted',
      at: vendorInstant(batch.created_at, now),
      statusCode: '400',
      error: '',
      errorClass: null,
      channel: 'sms',
      parts: null,
      providerMessageId: batch.id,
    },
  };
}

function parsed<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (!result.success) throw new TransientError('lookup_failed', 'The look-up could not be read.');
  return result.data;
}
