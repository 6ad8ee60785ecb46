import { hash } from 'node:crypto';
import {
  campaignEventIdentityText,
  messageIdentityText,
  monthOfId,
  type MessageIdentity,
} from '../domain/identity.ts';

/**
 * Id of a message: a UUID (version 8) whose first six digits spell the month of its partition.
 *
 * The same intended message has the same id for ever, also after a restore of the database, so that a provider
 * which refuses known ids refuses a second submission whatever happened here.
 */
export function messageId(month: number, identity: MessageIdentity): string {
  return derivedId(month, messageIdentityText(identity));
}

/** Id of the one campaign event that a cause (the submission, or one final receipt) has. */
export function campaignEventId(messageUuid: string, cause: string): string {
  return derivedId(monthOfId(messageUuid), campaignEventIdentityText(messageUuid, cause));
}

function derivedId(month: number, identity: string): string {
  const hex = hash('sha256', identity);
  return `${String(month)}${hex.slice(0, 2)}-${hex.slice(2, 6)}-8${hex.slice(6, 9)}-a${hex.slice(9, 12)}-${hex.slice(12, 24)}`;
}
