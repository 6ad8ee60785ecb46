import { z } from 'zod';
import type { ReportBehaviour } from '../handsets.ts';
import type { OwedReport } from '../report-poster.ts';
import { operatorOf } from '../subscribers.ts';
import { INFOBIP_FATES, INFOBIP_UNREACHABLE_MEDIA } from './fates.ts';

const destination = z.object({ to: z.string().min(1).max(64), messageId: z.string().max(10_000).optional() });
const common = {
  sender: z.string().optional(),
  destinations: z.array(destination).min(1),
  options: z
    .object({
      smsFailover: z
        .object({ sender: z.string().optional(), text: z.string().min(1) })
        .loose()
        .optional(),
    })
    .loose()
    .optional(),
  webhooks: z
    .object({
      delivery: z.object({ url: z.url().optional(), notify: z.boolean().optional() }).loose().optional(),
    })
    .loose()
    .optional(),
};
const segment = z
  .object({
    type: z.enum(['TEXT', 'LINK', 'UPLOADED_REFERENCE', 'SMIL']),
    text: z.string().max(4_096).optional(),
    contentUrl: z.string().optional(),
    contentType: z.string().optional(),
  })
  .loose()
  .refine((value) => value.type !== 'TEXT' || value.text !== undefined, {
    path: ['text'],
    message: 'must not be null',
  })
  .refine((value) => value.type !== 'LINK' || value.contentUrl !== undefined, {
    path: ['contentUrl'],
    message: 'must not be null',
  });

export const mmsRequestSchema = z.object({
  messages: z
    .array(
      z.object({
        ...common,
        content: z.object({ title: z.string().max(66).optional(), messageSegments: z.array(segment).min(1) }),
      }),
    )
    .min(1),
});

export const smsRequestSchema = z.object({
  messages: z.array(z.object({ ...common, content: z.object({ text: z.string() }).loose() })).min(1),
});

/** The body of an answer that refuses a call. */
export function apiError(errorCode: string, description: string): object {
  return { errorCode, description, action: 'Check the request.', violations: [], resources: [] };
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  6: 'REJECTED_NETWORK',
  14: 'REJECTED_DESTINATION_BLOCKLISTED',
  19: 'REJECTED_ROUTE_NOT_AVAILABLE',
  23: 'REJECTED_DUPLICATE_MESSAGE_ID',
  77: 'REJECTED_MESSAGE_TEXT_TOO_LONG',
};

/** One entry of the answer to a send. */
export function answerEntry(messageId: string, to: string, rejected?: number): object {
  const status =
    rejected === undefined
      ? {
          groupId: 1,
          groupName: 'PENDING',
          id: 26,
          name: 'PENDING_ACCEPTED',
          description: 'Message sent to next instance',
        }
      : {
          groupId: 5,
          groupName: 'REJECTED',
          id: rejected,
          name: STATUS_NAMES[rejected] ?? 'REJECTED',
          description: STATUS_NAMES[rejected] ?? 'Rejected',
        };
  return { messageId, destination: to, status, details: {} };
}

const GROUP_NAMES: Readonly<Record<number, string>> = {
  1: 'PENDING',
  2: 'UNDELIVERABLE',
  3: 'DELIVERED',
  4: 'EXPIRED',
  5: 'REJECTED',
};

/** A result of a delivery report. */
export function reportBody({ id, to, sentAt, doneAt, report }: OwedReport): object {
  return {
    messageId: id,
    to,
    messageCount: 1,
    ...operatorBody(to),
    sentAt: stamp(sentAt),
    doneAt: stamp(doneAt),
    ...statusBody(report),
  };
}

/** A result of the logs: like a report, but with `destination`; a message without a report yet is pending. */
export function logBody(
  id: string,
  to: string,
  sentAt: number,
  state: { report: ReportBehaviour; doneAt: number } | undefined,
): object {
  const pending = {
    status: {
      groupId: 1,
      groupName: 'PENDING',
      id: 7,
      name: 'PENDING_ENROUTE',
      description: 'Message sent to next instance',
    },
  };
  return {
    messageId: id,
    destination: to,
    messageCount: 1,
    ...operatorBody(to),
    sentAt: stamp(sentAt),
    ...(state ? { doneAt: stamp(state.doneAt), ...statusBody(state.report) } : pending),
  };
}

function operatorBody(to: string): object {
  const mccMnc = operatorOf(to);
  return mccMnc === undefined ? {} : { mccMnc };
}

function statusBody({ fate, mediaFault }: ReportBehaviour): object {
  const { status, error } = mediaFault ? INFOBIP_UNREACHABLE_MEDIA : INFOBIP_FATES[fate];
  return {
    status: { ...status, groupName: GROUP_NAMES[status.groupId], description: status.name },
    error: { groupId: 0, groupName: 'OK', ...error, description: error.name },
  };
}

/** Infobip writes the offset without a colon. */
export function stamp(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('Z', '+0000');
}
