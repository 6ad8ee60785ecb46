import { storeInbound } from '../../database/inbound/store-inbound.ts';
import { TransientError } from '../../domain/errors.ts';
import type { AwaitedText } from '../../domain/awaited-text.ts';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** Most inbound messages that wait or are under way: each takes a connection for about ten milliseconds. */
const MAX_PENDING = 500;

type IntakeDependencies = Pick<ApiDependencies, 'pool' | 'config' | 'reach'>;

/** Stores inbound messages, each in a transaction of its own and in the order in which a webhook tells them. */
export class InboundIntake {
  private readonly deps: IntakeDependencies;
  private readonly maxPending: number;
  private pending = 0;

  constructor(deps: IntakeDependencies, maxPending = MAX_PENDING) {
    this.deps = deps;
    this.maxPending = maxPending;
  }

  /**
   * Resolves once all are committed, their opt-outs with them. Where one fails those before it stay; told again they change nothing.
   *
   * @returns the texts that are files; the first try to fetch them is the caller's
   * @throws TransientError `inbox_full` when too many wait; those of one webhook are always taken when none does
   */
  async store(integrationId: string, messages: readonly InboundMessage[]): Promise<readonly AwaitedText[]> {
    const { length } = messages;
    if (length === 0) return [];
    if (this.pending > 0 && this.pending + length > this.maxPending)
      throw new TransientError('inbox_full', 'Too many inbound messages wait to be stored.');
    this.pending += length;
    try {
      const awaited: AwaitedText[] = [];
      for (const message of messages) awaited.push(...(await this.storeOne(integrationId, message)));
      return awaited;
    } finally {
      this.pending -= length;
    }
  }

  private async storeOne(integrationId: string, message: InboundMessage): Promise<readonly AwaitedText[]> {
    const { pool, config, reach } = this.deps;
    const { keyword, awaited } = await storeInbound(pool, config.phoneKey, integrationId, message);
    if (keyword === 'stop') reach('after_suppression');
    return awaited ? [awaited] : [];
  }
}
