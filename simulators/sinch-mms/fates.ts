import type { Fate, Refusal } from '../fates.ts';

export interface SinchMmsFate {
  readonly code: string;
  readonly status: string;
  readonly details: string;
}

/** How Sinch's MMS API tells of each fate. */
export const SINCH_MMS_FATES: Readonly<Record<Fate, SinchMmsFate>> = {
  delivered: { code: 'N102', status: 'Delivered', details: 'Message delivered' },
  dispatched: { code: 'N101', status: 'Sent', details: 'Message sent' },
  absent: { code: 'E101', status: 'Failed', details: 'Subscriber could not be reached' },
  unknown_subscriber: { code: 'E102', status: 'Rejected', details: 'Invalid subscriber' },
  expired: { code: 'N103', status: 'Expired', details: 'Message expired' },
  no_mms: { code: 'E102', status: 'Rejected', details: 'MMS not supported by the handset' },
  too_large: { code: 'E101', status: 'Failed', details: 'Message too large for the handset' },
  unsupported_content: { code: 'E102', status: 'Rejected', details: 'Content not supported by the handset' },
  filtered: { code: 'E102', status: 'Rejected', details: 'Filtered as spam by the carrier' },
  delivered_as_sms: { code: 'N202', status: 'Delivered', details: 'Message delivered as SMS' },
  operator_error: { code: 'E101', status: 'Failed', details: 'Carrier error' },
};

/** How it tells of media that it could not fetch for a message that brought them. */
export const SINCH_MMS_UNREACHABLE_MEDIA: SinchMmsFate = {
  code: 'E101',
  status: 'Failed',
  details: 'Error fetching dynamic content',
};

/** Codes with which a call is refused. */
export const SINCH_MMS_REFUSALS: Readonly<Record<Refusal, string>> = {
  blocklisted: 'E114',
  no_route: 'E628',
  carrier_without_mms: 'E628',
  text_too_long: 'E334',
};

/** Code of the postback that what was saved is encoded. */
export const ENCODED = 'N003';

/** What postbacks tell of an MMS that was saved. */
export const NOTICES: Readonly<Record<string, Omit<SinchMmsFate, 'code'>>> = {
  [ENCODED]: { status: 'MMS Saved', details: 'Transcoded' },
  E002: { status: 'MMS Failed', details: 'Audio could not be transcoded' },
  E003: { status: 'MMS Failed', details: 'Video could not be transcoded' },
  E004: { status: 'MMS Failed', details: 'Image could not be transcoded' },
};

/** What stands beside the code of a refusal. */
export const TEXT_OF_CODE: Readonly<Record<string, string>> = {
  E100: 'Not a valid POST request',
  E104: 'Invalid api key',
  E107: 'Action not allowed',
  E108: 'Unable to parse the JSON',
  E110: 'Invalid to',
  E111: 'Invalid shortcode',
  E113: 'Throughput exceeded',
  E114: 'Number is blacklisted',
  E224: 'An object can not share a slide with media',
  E225: 'Too many slides',
  E241: 'mms-id not found',
  E311: 'name is required',
  E312: 'No slides',
  E313: 'Slide is empty',
  E314: 'Subject is invalid or missing',
  E331: 'Image is too big',
  E332: 'Audio is too big',
  E333: 'Video is too big',
  E334: 'Text is too long',
  E335: 'vCard is too big',
  E336: 'iCal is too big',
  E337: 'PDF is too big',
  E338: 'Passbook is too big',
  E351: 'Image could not be copied',
  E352: 'Audio could not be copied',
  E353: 'Video could not be copied',
  E355: 'vCard could not be copied',
  E356: 'iCal could not be copied',
  E357: 'PDF could not be copied',
  E358: 'Passbook could not be copied',
  E620: 'mms-id is missing',
  E622: 'fallback-sms-text is missing',
  E626: 'The MMS is still being encoded',
  E627: 'service-id is invalid or missing',
  E628: 'Carrier is not supported',
  E629: 'Content type is not recognised',
};
