import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { monthOfId } from '../domain/identity.ts';
import { base58Of, bytesOfBase58 } from './base58.ts';

/** Where contents are shown, below the address of the API. */
export const MESSAGE_PAGES = '/m';

const ALGORITHM = 'aes-256-ecb';
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const TOKEN_LENGTH = 22;
const UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/**
 * Addresses at which customers see what an MMS says, each made from the id of its message alone.
 *
 * A token is that id, enciphered under a key of the installation: one block, so that nothing of it can be told or guessed without the
 * key, and nothing need be stored. The same message has the same address for ever, as long as PHONE_KEY and PUBLIC_URL stay.
 */
export class MessageLinks {
  /** As long as any other, and of no message. */
  readonly placeholder: string;
  private readonly key: Buffer;
  private readonly prefix: string;

  constructor({ phoneKey, publicUrl }: { readonly phoneKey: string; readonly publicUrl: string }) {
    this.key = Buffer.from(hkdfSync('sha256', phoneKey, '', 'tidings message link', KEY_BYTES));
    this.prefix = `${publicUrl}${MESSAGE_PAGES}/`;
    this.placeholder = this.prefix + 'x'.repeat(TOKEN_LENGTH);
  }

  /** The address of a message by its id. */
  linkOf(messageId: string): string {
    const cipher = createCipheriv(ALGORITHM, this.key, null).setAutoPadding(false);
    const id = Buffer.from(messageId.replaceAll('-', ''), 'hex');
    return this.prefix + base58Of(Buffer.concat([cipher.update(id), cipher.final()]), TOKEN_LENGTH);
  }

  /** The id of the message that a token stands for; undefined where it stands for none that there could be. */
  idOf(token: string): string | undefined {
    const block = token.length === TOKEN_LENGTH ? bytesOfBase58(token, BLOCK_BYTES) : undefined;
    if (!block) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.key, null).setAutoPadding(false);
    const hex = Buffer.concat([decipher.update(block), decipher.final()]).toString('hex');
    const id = UUID.exec(hex)?.slice(1).join('-') ?? '';
    return isMessageId(id) ? id : undefined;
  }
}

/** Whether an id spells a month, as those of messages do. */
function isMessageId(id: string): boolean {
  try {
    return monthOfId(id) > 0 && id[14] === '8' && id[19] === 'a';
  } catch {
    return false;
  }
}
