import type { z } from 'zod';
import type { IdProbeRow } from '../../database/read-id-probes.ts';
import { ID_PROBE_REASONS, type IdProbeState } from '../../domain/id-probe.ts';
import type { idProbeView } from '../schemas/id-probe.ts';

const SAYS: Readonly<Record<IdProbeState, string>> = {
  sending: 'Its message is about to be sent.',
  waiting:
    'Its message was taken. The same id is offered again when the longest time is over after which the engine would repeat one.',
  verified:
    'The account refused the id as known. Messages in doubt of this channel are repeated under their own id from now on.',
  not_verified:
    'The account took the id a second time. No message in doubt of this channel is ever repeated.',
  failed: 'Nothing can be said of the account.',
  abandoned: 'It was given up.',
};

export function viewOfIdProbe(probe: IdProbeRow): z.input<typeof idProbeView> {
  const { id, state, channel, sender, to, reason, statusCode, error, dueAt, createdAt, endedAt } = probe;
  const reasons: Readonly<Record<string, string>> = ID_PROBE_REASONS;
  const why = reason === null ? '' : ` ${reasons[reason] ?? `See /errors#${reason}.`}`;
  return {
    ...{ state, says: SAYS[state] + why, channel, sender, to, messageId: id },
    startedAt: createdAt.toISOString(),
    repeatAt: state === 'waiting' ? (dueAt?.toISOString() ?? null) : null,
    endedAt: endedAt?.toISOString() ?? null,
    ...{ reason, statusCode, error },
  };
}
