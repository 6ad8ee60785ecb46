import type { Dependencies } from '../activities/dependencies.ts';
import { BreakerWatch } from '../activities/message/breaker-watch.ts';
import { CallSlots } from '../activities/message/call-slots.ts';
import { OutcomeRecorder } from '../activities/message/outcome-recorder.ts';
import { crashPoints } from '../config/crash-points.ts';
import { noticeTo } from '../config/rare-paths.ts';
import { secretsReader } from '../database/integration-secrets.ts';
import { MessageLinks } from '../database/message-links.ts';
import { savedContentStore } from '../database/saved-content.ts';
import { ProviderRegistry } from '../providers/registry.ts';
import { RenderPool } from '../templates/render-pool.ts';
import type { Service } from '../database/service.ts';

/** What activities and sweeps of this process are made of. */
export function createDependencies({
  config,
  log,
  pool,
}: Pick<Service, 'config' | 'log' | 'pool'>): Dependencies {
  const notice = noticeTo(log);
  return {
    pool,
    log,
    timings: config.timings,
    testNumbers: new Set(config.testNumbers),
    providers: new ProviderRegistry({
      secretsOf: secretsReader(config.credentialKeys),
      publicUrl: config.publicUrl,
      savedContent: savedContentStore(pool),
    }),
    notice,
    reach: crashPoints(config.crashPoints),
    renderPool: new RenderPool({ onKill: () => notice('render_killed') }),
    messageLinks: new MessageLinks(config),
    callSlots: new CallSlots(),
    breakerWatch: new BreakerWatch(pool, config.timings, { log, notice }),
    outcomeRecorder: new OutcomeRecorder(pool, config.timings, notice),
  };
}

export async function closeDependencies(deps: Dependencies): Promise<void> {
  deps.renderPool.close();
  await deps.providers.close();
}
