/** A key under which credentials are stored. */
export interface CredentialKey {
  /** Stored beside what it seals, so that keys can be replaced. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}
