import type { Logger } from '../../config/log.ts';
import { noteFailure, noteSuccess, type Failure } from '../../database/breakers.ts';
import type { Pool } from '../../database/pool.ts';
import type { CallRecord } from '../../database/record-outcomes.ts';
import { FAILURES_TO_OPEN, healthOf } from '../../domain/breaker.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { providerText } from '../../domain/provider-text.ts';
import type { Notice } from '../../domain/rare-path.ts';
import type { Timings } from '../../domain/timings.ts';
import type { LookupRefusedError } from '../../providers/lookup-refused-error.ts';

type ToldCall = Pick<CallRecord, 'integrationId' | 'start' | 'outcomes'>;

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

  tell(call: ToldCall): Promise<void> {
    return this.attempt(call.integrationId, () => this.note(call));
  }

  /** A look-up has shown that the account is refused; one that is answered says nothing of messages and closes no breaker. */
  tellRefusedAccount(integrationId: string, { statusCode, message }: LookupRefusedError): Promise<void> {
    const said = { statusCode: providerText(statusCode), error: providerText(message) };
    return this.attempt(integrationId, () => this.noteTrouble(integrationId, 'refused', said));
  }

  private async attempt(integrationId: string, note: () => Promise<void>): Promise<void> {
    try {
      await note();
    } catch (error) {
      this.suspect(integrationId);
      this.log.warn({ err: error, integration: integrationId }, 'a breaker could not be told of a call');
    }
  }

  private async note(call: ToldCall): Promise<void> {
    const { integrationId } = call;
    const health = healthOf(call.outcomes);
    if (health === 'untold') return;
    if (health === 'working') {
      if (!this.troubled.delete(integrationId)) return;
      if (await noteSuccess(this.pool, { integrationId, ageMs: performance.now() - call.start }))
        this.log.info({ integration: integrationId }, 'a breaker has closed: the provider works again');
      return;
    }
    await this.noteTrouble(integrationId, health, textsOf(call.outcomes));
  }

  private async noteTrouble(
    integrationId: string,
    health: 'refused' | 'failing',
    said: Pick<Failure, 'statusCode' | 'error'>,
  ): Promise<void> {
    this.troubled.add(integrationId);
    const failure = { integrationId, opensAt: health === 'refused' ? 1 : FAILURES_TO_OPEN, ...said };
    if (!(await noteFailure(this.pool, failure, this.timings.breakerProbeMs))) return;
    this.notice('breaker_open');
    this.log.error(failure, 'a breaker has opened: nothing is claimed for its integration but probes');
  }
}

function textsOf(outcomes: readonly SubmitOutcome[]): Pick<Failure, 'statusCode' | 'error'> {
  for (const outcome of outcomes)
    if ('statusCode' in outcome)
      return { statusCode: providerText(outcome.statusCode), error: providerText(outcome.error) };
  return { statusCode: null, error: null };
}
