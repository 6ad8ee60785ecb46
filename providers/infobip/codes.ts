import type { ErrorClass } from '../../domain/outcome.ts';

/** `groupId` of a status object: what decides; an `id` can stand in two groups. */
export const STATUS_GROUP = {
  accepted: 0,
  pending: 1,
  undeliverable: 2,
  delivered: 3,
  expired: 4,
  rejected: 5,
} as const;

/** The same as `groupName`, and as the beginning of a status's name, in upper case. */
const GROUP_OF_NAME: ReadonlyMap<string, number> = new Map([
  ['ACCEPTED', STATUS_GROUP.accepted],
  ['OK', STATUS_GROUP.accepted],
  ['PENDING', STATUS_GROUP.pending],
  ['UNDELIVERABLE', STATUS_GROUP.undeliverable],
  ['DELIVERED', STATUS_GROUP.delivered],
  ['EXPIRED', STATUS_GROUP.expired],
  ['REJECTED', STATUS_GROUP.rejected],
]);

/** The group of a status that a report tells; by its names where it has no number. */
export function groupOf(status: {
  readonly groupId?: number | null | undefined;
  readonly groupName?: string | null | undefined;
  readonly name: string;
}): number | undefined {
  const named = (name: string): number | undefined =>
    GROUP_OF_NAME.get(name.trim().toUpperCase().split('_')[0] ?? '');
  return status.groupId ?? named(status.groupName ?? '') ?? named(status.name);
}

/** Status ids that mean more than their group says. */
export const STATUS_ID = {
  deliveredToOperator: 2,
  systemError: 21,
  duplicateMessageId: 23,
} as const;

/** Classes of status ids; anything else of a group that ends a message is `permanent`. */
const CLASS_OF_STATUS: Readonly<Record<number, ErrorClass>> = {
  6: 'permanent', // REJECTED_NETWORK
  10: 'suppress_number', // REJECTED_DND
  11: 'account', // REJECTED_SOURCE
  12: 'account', // REJECTED_NOT_ENOUGH_CREDITS
  13: 'account', // REJECTED_SENDER
  14: 'suppress_number', // REJECTED_DESTINATION_BLOCKLISTED
  17: 'account', // REJECTED_PREPAID_PACKAGE_EXPIRED
  18: 'account', // REJECTED_DESTINATION_NOT_REGISTERED: a trial account's own list
  19: 'account', // REJECTED_ROUTE_NOT_AVAILABLE
  20: 'retryable', // REJECTED_FLOODING_FILTER
  21: 'retryable', // REJECTED_SYSTEM_ERROR
  52: 'suppress_number', // REJECTED_DESTINATION
  56: 'account', // REJECTED_INVALID_NOTIFY_URL
};

/** Classes of error ids, general and of MMS (15xxx). */
const CLASS_OF_ERROR: Readonly<Record<number, ErrorClass>> = {
  1: 'suppress_number', // EC_UNKNOWN_SUBSCRIBER
  9: 'suppress_number', // EC_ILLEGAL_SUBSCRIBER
  488: 'account', // EC_TF_NUMBER_NOT_VERIFIED
  561: 'filtered', // EC_CONTENT_BLOCKED_BY_OPERATOR
  569: 'suppress_number', // EC_DEST_ADDRESS_SUSPENDED
  572: 'account', // EC_CAMPAIGNID_NOT_PROVISIONED
  573: 'suppress_number', // EC_SC_BLOCKED_BY_END_USER
  603: 'filtered', // EC_CONTENT_BLOCKED
  607: 'filtered', // EC_REJECTED_SPAM_BY_OPERATOR
  629: 'suppress_number', // EC_DEST_ADDRESS_UNABLE_TO_RECEIVE_SMS
  2050: 'suppress_number', // EC_DEST_ADDRESS_BLACKLISTED
  2052: 'suppress_number', // EC_BLACKLISTED_DESTINATIONADDRESS
  3041: 'suppress_number', // EC_DEACTIVATED_LIST
  4202: 'account', // EC_10DLC_LIMIT_REACHED
  15003: 'suppress_number', // EC_MSISDN_NOT_REGISTERED
  15007: 'fallback_to_sms', // EC_CONTENT_CANNOT_BE_DOWNLOADED_ON_HANDSET
  15009: 'suppress_number', // EC_RECIPIENT_NOT_FOUND
  15010: 'account', // EC_SOURCE_ADDRESS_NOT_REGISTERED
  15012: 'fallback_to_sms', // EC_DRM_NOT_SUPPORTED
  15013: 'filtered', // EC_MMS_CONTENT_BLOCKED_BY_OPERATOR
  15015: 'suppress_number', // EC_MMS_SC_BLOCKED_BY_END_USER
  15017: 'suppress_number', // EC_RECIPIENT_DEACTIVATED
  15018: 'suppress_number', // EC_RECIPIENT_SUSPENDED
  15019: 'fallback_to_sms', // EC_HANDSET_DOES_NOT_SUPPORT_MMS
  15020: 'filtered', // EC_CAMPAIGN_BLOCKED_BY_OPERATOR
  15021: 'account', // EC_CAMPAIGN_INFO_NOT_PROVISIONED
  15022: 'too_large', // EC_URL_ATTACHMENT_TOO_LARGE
  15026: 'too_large', // EC_TOO_BIG_CONTENT
};

/** Names of those of {@link STATUS_ID}, for a report without the number. */
const ID_OF_NAME: ReadonlyMap<string, number> = new Map([
  ['DELIVERED_TO_OPERATOR', STATUS_ID.deliveredToOperator],
  ['REJECTED_SYSTEM_ERROR', STATUS_ID.systemError],
  ['REJECTED_DUPLICATE_MESSAGE_ID', STATUS_ID.duplicateMessageId],
]);

/** The id of a status that a report tells; 0 where nobody can say. */
export function statusIdOf(status: {
  readonly id?: number | null | undefined;
  readonly name: string;
}): number {
  return status.id ?? ID_OF_NAME.get(status.name.trim().toUpperCase()) ?? 0;
}

/** What a vendor's codes mean to us; `permanent: false` on an unlisted error makes it retryable. */
export function errorClassOf(statusId: number, errorId: number, permanent: boolean | undefined): ErrorClass {
  return (
    CLASS_OF_ERROR[errorId] ?? CLASS_OF_STATUS[statusId] ?? (permanent === false ? 'retryable' : 'permanent')
  );
}

/** Codes that have a class of their own. */
export const KNOWN_CODES: readonly string[] = [
  ...Object.keys(CLASS_OF_STATUS),
  ...Object.keys(CLASS_OF_ERROR),
];
