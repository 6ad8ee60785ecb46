import type { Logger } from '../config/log.ts';
import type { MessageLinks } from '../database/message-links.ts';
import type { Pool } from '../database/pool.ts';
import type { Reach } from '../domain/crash-point.ts';
import type { Notice } from '../domain/rare-path.ts';
import type { Timings } from '../domain/timings.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import type { RenderPool } from '../templates/render-pool.ts';
import type { BreakerWatch } from './message/breaker-watch.ts';
import type { CallSlots } from './message/call-slots.ts';
import type { OutcomeRecorder } from './message/outcome-recorder.ts';

/** What activities are made of. */
export interface Dependencies {
  readonly pool: Pool;
  readonly providers: ProviderRegistry;
  readonly renderPool: RenderPool;
  readonly messageLinks: MessageLinks;
  readonly callSlots: CallSlots;
  readonly outcomeRecorder: OutcomeRecorder;
  readonly breakerWatch: BreakerWatch;
  readonly timings: Timings;
  /** E.164 numbers that mode `allow-list` may call. */
  readonly testNumbers: ReadonlySet<string>;
  readonly log: Logger;
  readonly notice: Notice;
  readonly reach: Reach;
}
