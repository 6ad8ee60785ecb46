import { randomBytes } from 'node:crypto';
import type { CredentialKey } from '../../domain/credential-key.ts';
import { SecretBox } from '../../database/secret-box.ts';

const SECRETS = { apiKey: 'shh', webhookSecret: 'ünïcode' };
const old: CredentialKey = { id: '2025', key: randomBytes(32) };
const current: CredentialKey = { id: '2026', key: randomBytes(32) };

describe('sealed credentials', () => {
  const box = new SecretBox([current, old]);

  it('are what they were when they are opened, and look different each time', () => {
    const [one, other] = [box.seal(SECRETS, 'a'), box.seal(SECRETS, 'a')];
    expect(box.open(one, 'a')).toEqual(SECRETS);
    expect(one.box.equals(other.box)).toBe(false);
    expect(one.box.toString('latin1')).not.toContain('shh');
  });

  it('of another owner are not opened', () => {
    expect(() => box.open(box.seal(SECRETS, 'a'), 'b')).toThrow(
      expect.objectContaining({ code: 'credentials_unreadable' }) as Error,
    );
  });

  it('that were changed by a bit are not opened', () => {
    const { keyId, box: bytes } = box.seal(SECRETS, 'a');
    for (const at of [0, 13, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => box.open({ keyId, box: changed }, 'a')).toThrow(
        expect.objectContaining({ code: 'credentials_unreadable' }) as Error,
      );
    }
    expect(() => box.open({ keyId, box: Buffer.alloc(3) }, 'a')).toThrow(
      expect.objectContaining({ code: 'credentials_unreadable' }) as Error,
    );
  });

  it('stay readable when a key is put before theirs, and not when theirs is gone', () => {
    const sealed = new SecretBox([old]).seal(SECRETS, 'a');
    expect(box.open(sealed, 'a')).toEqual(SECRETS);
    expect(box.isCurrent(sealed.keyId)).toBe(false);
    expect(box.seal(SECRETS, 'a').keyId).toBe('2026');
    expect(() => new SecretBox([current]).open(sealed, 'a')).toThrow(
      expect.objectContaining({ code: 'credentials_key_missing' }) as Error,
    );
  });

  it('can not be made without a key', () => {
    expect(() => new SecretBox([]).seal(SECRETS, 'a')).toThrow(
      expect.objectContaining({ code: 'credentials_key_missing' }) as Error,
    );
  });
});
