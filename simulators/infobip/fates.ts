import type { Fate, Refusal } from '../fates.ts';

export interface InfobipFate {
  readonly status: { readonly groupId: number; readonly id: number; readonly name: string };
  readonly error: { readonly id: number; readonly name: string; readonly permanent: boolean };
}

const NO_ERROR = { id: 0, name: 'NO_ERROR', permanent: false };
const UNDELIVERED = { groupId: 2, id: 9, name: 'UNDELIVERABLE_NOT_DELIVERED' };

function undelivered(id: number, name: string, permanent = true): InfobipFate {
  return { status: UNDELIVERED, error: { id, name, permanent } };
}

/** How Infobip tells of each fate. */
export const INFOBIP_FATES: Readonly<Record<Fate, InfobipFate>> = {
  delivered: { status: { groupId: 3, id: 5, name: 'DELIVERED_TO_HANDSET' }, error: NO_ERROR },
  dispatched: { status: { groupId: 3, id: 2, name: 'DELIVERED_TO_OPERATOR' }, error: NO_ERROR },
  absent: undelivered(27, 'EC_ABSENT_SUBSCRIBER', false),
  unknown_subscriber: undelivered(1, 'EC_UNKNOWN_SUBSCRIBER'),
  expired: {
    status: { groupId: 4, id: 15, name: 'EXPIRED_EXPIRED' },
    error: { id: 4098, name: 'EC_VP_EXPIRED', permanent: false },
  },
  no_mms: undelivered(15_019, 'EC_HANDSET_DOES_NOT_SUPPORT_MMS'),
  too_large: undelivered(15_026, 'EC_TOO_BIG_CONTENT'),
  unsupported_content: undelivered(15_007, 'EC_CONTENT_CANNOT_BE_DOWNLOADED_ON_HANDSET'),
  filtered: undelivered(607, 'EC_REJECTED_SPAM_BY_OPERATOR'),
  delivered_as_sms: {
    status: { groupId: 3, id: 5, name: 'DELIVERED_TO_HANDSET' },
    error: NO_ERROR,
  },
  operator_error: undelivered(500, 'EC_PROVIDER_GENERAL_ERROR', false),
};

/** How it tells of media that it could not fetch. */
export const INFOBIP_UNREACHABLE_MEDIA: InfobipFate = undelivered(15_024, 'EC_REMOTE_CONTENT_FAILURE');

/** Status ids with which Infobip refuses at once. */
export const INFOBIP_REFUSALS: Readonly<Record<Refusal, number>> = {
  blocklisted: 14,
  no_route: 19,
  carrier_without_mms: 6,
  text_too_long: 77,
};
