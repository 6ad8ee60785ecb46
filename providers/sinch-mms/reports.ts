import { hash } from 'node:crypto';
import type { Receipt } from '../../domain/receipt.ts';
import { trackingReference } from '../../domain/tracking-reference.ts';
import { vendorInstant } from '../vendor-instant.ts';
import type { ContentNotice } from '../provider.ts';
import { classOfFailure, SAVED_BY_POSTBACK, stateOfPostback } from './codes.ts';
import type { Postback } from './wire.ts';

/**
 * A postback as a receipt; undefined where it says nothing of a message.
 *
 * Whether Sinch gives our reference back is not documented: without it the message is found by Sinch's own id.
 */
export function receiptOfPostback(postback: Postback, receivedAt: number): Receipt | undefined {
  const state = stateOfPostback(postback.code);
  const trackingId = postback['tracking-id'] ?? null;
  const reference =
    postback['client-reference'] ?? (trackingId === null ? null : trackingReference(trackingId));
  if (!state || reference === null) return undefined;
  const failed = state === 'failed' || state === 'expired';
  const details = postback['status-details'] ?? postback.status ?? '';
  return {
    messageId: reference,
    key: keyOf(postback),
    state,
    at: vendorInstant(postback.timestamp, receivedAt),
    statusCode: postback.code,
    error: failed ? details : '',
    errorClass: failed ? classOfFailure(postback.code, details) : null,
    channel: travelledAsSms(postback) ? 'sms' : 'mms',
    parts: null,
    providerMessageId: trackingId,
  };
}

/** What a postback says of a saved MMS; undefined where it says nothing of one. */
export function contentOfPostback(postback: Postback): ContentNotice | undefined {
  const isReady = SAVED_BY_POSTBACK[postback.code];
  const reference = postback['mms-id'] ?? null;
  if (isReady === undefined || reference === null) return undefined;
  const error = postback['status-details'] ?? postback.status ?? '';
  return { reference, isReady, statusCode: postback.code, error: isReady ? '' : error };
}

function travelledAsSms({ code, 'sent-as': sentAs }: Postback): boolean {
  return sentAs?.toUpperCase() === 'SMS' || code === 'N202' || code === 'E202';
}

/** The same postback has the same key, however often it is posted. */
function keyOf(postback: Postback): string {
  const { code, status, timestamp } = postback;
  const parts = [
    postback['client-reference'],
    postback['tracking-id'],
    code,
    status,
    postback['sent-as'],
    timestamp,
  ];
  return hash('sha256', JSON.stringify(parts.map((part) => part ?? null))).slice(0, 32);
}
