import type { InboundMessage } from '../../domain/inbound-message.ts';
import type { Keyword } from '../../domain/keyword.ts';
import { storableText } from '../../domain/storable.ts';
import type { Connection } from '../pool.ts';
import { suppressRecipient } from '../suppressions.ts';
import { liftByStart } from './lift-by-start.ts';

/** How the opt-out of a STOP was heard of, in suppressions and stories. */
const INBOUND_STOP = 'inbound STOP';

/** An inbound message that is stored, of a recipient that is locked. */
export interface KeywordOwner {
  readonly projectId: string;
  readonly recipientId: string;
  /** Key of the integration that it came by. */
  readonly integrationKey: string;
}

/** Does what a keyword asks for, in the transaction that stores it: after the commit of a STOP nothing is claimed any more. */
export async function carryOutKeyword(
  connection: Connection,
  keyword: Keyword | null,
  { projectId, recipientId, integrationKey }: KeywordOwner,
  message: Pick<InboundMessage, 'to' | 'at'>,
): Promise<void> {
  const actor = `integration ${integrationKey}`;
  const sender = storableText(message.to);
  if (keyword === 'stop') {
    await suppressRecipient(connection, recipientId, {
      projectId,
      reason: `STOP to ${sender === '' ? 'an unnamed sender' : sender}`,
      source: INBOUND_STOP,
      actor,
      stoppedSender: sender,
    });
  }
  if (keyword === 'start') await liftByStart(connection, { projectId, recipientId, actor }, message);
}
