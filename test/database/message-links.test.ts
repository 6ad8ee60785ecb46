import { randomUUID } from 'node:crypto';
import { messageId } from '../../database/ids.ts';
import { MessageLinks } from '../../database/message-links.ts';

const PUBLIC_URL = 'https://t.example.com';
const links = new MessageLinks({
  phoneKey: 'a phone key of these tests, long enough',
  publicUrl: PUBLIC_URL,
});
const others = new MessageLinks({
  phoneKey: 'the phone key of somebody else, as long',
  publicUrl: PUBLIC_URL,
});

const newId = (): string =>
  messageId(202611, {
    runId: randomUUID(),
    customerId: randomUUID(),
    entryKey: '1',
    actionId: 1,
    pass: 1,
    leg: 0,
  });
const tokenOf = (link: string): string => link.slice(`${PUBLIC_URL}/m/`.length);

describe('the link of a message', () => {
  it('leads back to it, is the same every time, and is as long as every other', () => {
    for (let i = 0; i < 500; i += 1) {
      const id = newId();
      const link = links.linkOf(id);
      expect(links.linkOf(id)).toBe(link);
      expect(link).toMatch(/^https:\/\/t\.example\.com\/m\/[1-9A-HJ-NP-Za-km-z]{22}$/);
      expect(link).toHaveLength(links.placeholder.length);
      expect(links.idOf(tokenOf(link))).toBe(id);
    }
  });

  it('can not be made from the id without the key of the installation', () => {
    const id = newId();
    expect(others.linkOf(id)).not.toBe(links.linkOf(id));
    expect(others.idOf(tokenOf(links.linkOf(id)))).toBeUndefined();
  });

  it('says nothing of another: whoever changes a character comes to no message', () => {
    const id = newId();
    const token = tokenOf(links.linkOf(id));
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'z' ? 'y' : 'z') + token.slice(at + 1);
      expect(links.idOf(changed)).toBeUndefined();
    }
  });

  it.each([
    ['the placeholder', tokenOf(links.placeholder)],
    ['nothing', ''],
    ['what is too short', 'abc'],
    ['what is too long', 'z'.repeat(23)],
    ['a number beyond any token', 'z'.repeat(22)],
    ['other characters', '0'.repeat(22)],
    ['what is no letter of ours', '✓'.repeat(22)],
  ])('is not %s', (_what, token) => {
    expect(links.idOf(token)).toBeUndefined();
  });
});
