import { logSettledText } from '../../database/inbound/log-settled-text.ts';
import { settleText } from '../../database/inbound/settle-text.ts';
import { isInModeSimulator } from '../../database/inbound/take-awaited-texts.ts';
import type { AwaitedText, TextOutcome } from '../../domain/awaited-text.ts';
import { fetchTextFile } from '../../providers/text-file.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** The webhook that told of it is not answered before; Sinch posts it again after ten seconds. */
const FETCH_MS = 4_000;
/** Most texts that are fetched at once; others are left to the pump. */
const MAX_AT_ONCE = 50;

/** Makes the first try to fetch texts of inbound messages that come as files, before their webhook is answered. */
export class InboundTexts {
  private readonly deps: Pick<ApiDependencies, 'pool' | 'config' | 'log' | 'reach'>;
  private underWay = 0;

  constructor(deps: Pick<ApiDependencies, 'pool' | 'config' | 'log' | 'reach'>) {
    this.deps = deps;
  }

  /** Resolves once what has come of it is committed. */
  async fetch(awaited: AwaitedText): Promise<void> {
    const { pool, log, reach } = this.deps;
    const outcome = await this.tryOnce(awaited);
    const settled = await settleText(pool, awaited, outcome);
    logSettledText(log, awaited, outcome, settled);
    if (settled?.keyword === 'stop') reach('after_suppression');
  }

  private async tryOnce({ integrationId, url }: AwaitedText): Promise<TextOutcome> {
    const { pool, config } = this.deps;
    if (this.underWay >= MAX_AT_ONCE)
      return { kind: 'failed', mayComeLater: true, error: new Error('Too many texts are being fetched.') };
    this.underWay += 1;
    try {
      const allowLoopback = config.mediaFromLoopback && (await isInModeSimulator(pool, integrationId));
      return await fetchTextFile(url, { allowLoopback, timeoutMs: FETCH_MS });
    } finally {
      this.underWay -= 1;
    }
  }
}
