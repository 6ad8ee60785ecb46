import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Reply } from '../http.ts';
import type { ReportBehaviour } from '../handsets.ts';
import type { AcceptedRow } from '../ledger.ts';
import { operatorOf } from '../subscribers.ts';
import { SINCH_MMS_FATES, SINCH_MMS_UNREACHABLE_MEDIA, TEXT_OF_CODE } from './fates.ts';
import { SLOTS } from './slots.ts';

const MAX_SLIDES = 8;
const MAX_SUBJECT = 80;
const MAX_TEXT = 5_000;
const SLOT_NAMES = Object.keys(SLOTS);
const OBJECTS = SLOT_NAMES.filter((name) => SLOTS[name]?.isObject);
const MEDIA = SLOT_NAMES.filter((name) => !SLOTS[name]?.isObject);

/** What a slide says of a file. */
export const mediumSchema = z.object({ url: z.url() });
const slide = z.looseObject({ 'message-text': z.string().optional() });
export type Slide = z.infer<typeof slide>;

export const requestSchema = z.object({
  action: z.string(),
  'service-id': z.string().optional(),
  name: z.string().optional(),
  'message-subject': z.string().optional(),
  slide: z.array(slide).optional(),
  'mms-id': z.union([z.string(), z.number()]).transform(String).optional(),
  to: z.string().optional(),
  from: z.string().optional(),
  'custom-subject': z.string().optional(),
  'custom-text': z.array(z.object({ slide: z.number().int(), value: z.string() })).optional(),
  'fallback-sms-text': z.string().optional(),
  'disable-fallback-sms': z.boolean().optional(),
  'disable-fallback-sms-link': z.boolean().optional(),
  'mms-expiry-timestamp': z.iso.datetime().optional(),
  'client-reference': z.string().optional(),
});
export type SinchMmsRequest = z.infer<typeof requestSchema>;

/** An answer that refuses a call: HTTP has no say in it. */
export function failure(code: string, to?: string): Reply {
  const body = { status: 'Failure', 'error-code': code, ...(to !== undefined && { to }) };
  return { status: 200, body: { ...body, 'error-info': TEXT_OF_CODE[code] ?? 'Refused' } };
}

/**
 * Which of Sinch's documents an account keeps to.
 *
 * - `current`: a subject may be left out, and `message-subject` replaces that of a saved MMS
 * - `older`: every MMS has a subject, and `custom-subject` and `custom-text` replace what was saved
 */
export type Generation = 'current' | 'older';

/** Why what a call wants saved can't be; undefined when it can. */
export function faultOfSaving(request: SinchMmsRequest, generation: Generation): string | undefined {
  return request.name ? faultOfContent(request, generation) : 'E311';
}

/** Why a content can't be sent; undefined when it can. */
export function faultOfContent(request: SinchMmsRequest, generation: Generation): string | undefined {
  const { slide: slides = [], 'message-subject': subject } = request;
  if (slides.length === 0) return 'E312';
  if (slides.length > MAX_SLIDES) return 'E225';
  if (subject === undefined ? generation === 'older' : subject.length > MAX_SUBJECT) return 'E314';
  if (request['disable-fallback-sms'] !== true && !request['fallback-sms-text']) return 'E622';
  return slides.map(faultOfSlide).find((fault) => fault !== undefined);
}

function faultOfSlide(slide: Slide): string | undefined {
  const named = (names: readonly string[]): readonly string[] =>
    names.filter((name) => slide[name] !== undefined);
  const [objects, media, text] = [named(OBJECTS), named(MEDIA), slide['message-text']];
  if (objects.length + media.length === 0 && text === undefined) return 'E313';
  if (objects.length > 0 && media.length > 0) return 'E224';
  if (media.includes('image') && media.includes('video')) return 'E227';
  if (media.includes('audio') && media.includes('video')) return 'E226';
  if ((text?.length ?? 0) > MAX_TEXT) return 'E334';
  const isBad = [...objects, ...media].some((name) => !mediumSchema.safeParse(slide[name]).success);
  return isBad ? 'E351' : undefined;
}

/** Why what was saved can't be sent to a number as it is asked for; undefined when it can. */
export function faultOfSending(request: SinchMmsRequest): string | undefined {
  if (!/^\d{10,15}$/.test(request.to ?? '')) return 'E110';
  if (!/^\d{5,15}$/.test(request.from ?? '')) return 'E111';
  if (request['disable-fallback-sms'] !== true && !request['fallback-sms-text']) return 'E622';
  const subjects = [request['message-subject'], request['custom-subject']];
  if (subjects.some((subject) => (subject?.length ?? 0) > MAX_SUBJECT)) return 'E314';
  if (request['custom-text']?.some(({ value }) => value.length > MAX_TEXT)) return 'E334';
  return undefined;
}

/** The tracking id of a message: always the same for a row. */
export function trackingIdOf({ id, at }: Pick<AcceptedRow, 'id' | 'at'>): string {
  return `MMS_${createHash('sha256').update(`${id} ${at}`).digest('hex').slice(0, 16)}`;
}

/** A postback of a message. @param echoed whether it gives the reference back */
export function postbackOf(
  row: Pick<AcceptedRow, 'id' | 'at' | 'to'>,
  { fate, mediaFault }: ReportBehaviour,
  doneAt: number,
  echoed: boolean,
): object {
  const { code, status, details } = mediaFault ? SINCH_MMS_UNREACHABLE_MEDIA : SINCH_MMS_FATES[fate];
  const operator = operatorOf(row.to);
  return {
    origin: 'MMS_MT',
    code,
    'sent-as': fate === 'delivered_as_sms' ? 'SMS' : 'MMS',
    status,
    'status-details': details,
    'tracking-id': trackingIdOf(row),
    to: row.to,
    timestamp: new Date(doneAt).toISOString(),
    ...(operator !== undefined && { 'operator-id': operator }),
    ...(echoed && { 'client-reference': row.id }),
  };
}
