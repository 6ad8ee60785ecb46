import { FALLBACK_LEG } from '../domain/fallback.ts';

/** SQL: the channel of a message's action; an SMS that is sent in place of an MMS belongs to an MMS. */
export const ACTION_CHANNEL = `CASE message.leg WHEN ${FALLBACK_LEG} THEN 'mms' ELSE message.channel END`;
