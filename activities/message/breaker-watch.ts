import type { Logger } from '../../config/log.ts';
import { noteFailure, noteSuccess } from '../../database/breakers.ts';
import type { Pool } from '../../database/pool.ts';
import type { CallRecord } from '../../database/record-outcomes.ts';
import { FAILURES_TO_OPEN, healthOf } from '../../domain/breaker.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { providerText } from '../../domain/provider-text.ts';
import type { Notice } from '../../domain/rare-path.ts';
import type { Timings } from '../../domain/timings.ts';

/**
 * Tells the breakers what this process's calls come to.
 *
 * Breakers are in the database, so that every process sees them; while all is well nothing is written. It never throws:
 * a breaker spares calls and is no condition of any.
 */
export class BreakerWatch {
  /** Integrations that have failed, here or elsewhere, without a success that was told since. */
  private readonly troubled = new Set<string>();
  private readonly pool: Pool;
  private readonly timings: Timings;
  private readonly log: Logger;
  private readonly notice: Notice;

  constructor(
    pool: Pool,
    timings: Timings,
    { log, notice }: { readonly log: Logger; readonly notice: Notice },
  ) {
    this.pool = pool;
    this.timings = timings;
    this.log = log;
    this.notice = notice;
  }

  /** Another process may have seen it fail: the next success is to be told. */
  suspect(integrationId: string): void {
    this.troubled.add(integrationId);
  }

  async tell(call: Pick<CallRecord, 'integrationId' | 'startedAt' | 'outcomes'>): Promise<void> {
    try {
      await this.note(call);
    } catch (error) {
      this.suspect(call.integrationId);
      this.log.warn({ err: error, integration: call.integrationId }, 'a breaker could not be told of a call');
    }
  }

  private async note(call: Pick<CallRecord, 'integrationId' | 'startedAt' | 'outcomes'>): Promise<void> {
    const { integrationId } = call;
    const health = healthOf(call.outcomes);
    if (health === 'untold') return;
    if (health === 'working') {
      if (!this.troubled.delete(integrationId)) return;
      if (await noteSuccess(this.pool, call))
        this.log.info({ integration: integrationId }, 'a breaker has closed: the provider works again');
      return;
    }
    this.troubled.add(integrationId);
    const failure = {
      integrationId,
      opensAt: health === 'refused' ? 1 : FAILURES_TO_OPEN,
      ...textsOf(call.outcomes),
    };
    if (!(await noteFailure(this.pool, failure, this.timings.breakerProbeMs))) return;
    this.notice('breaker_open');
    this.log.error(failure, 'a breaker has opened: nothing is claimed for its integration but probes');
  }
}

function textsOf(outcomes: readonly SubmitOutcome[]): { statusCode: string | null; error: string | null } {
  for (const outcome of outcomes)
    if (outcome.kind === 'unsent' || outcome.kind === 'unknown')
      return { statusCode: providerText(outcome.statusCode), error: providerText(outcome.error) };
  return { statusCode: null, error: null };
}
