/**
 * A content that a provider keeps for all who get it.
 *
 * - `saving`: somebody is about to save it
 * - `encoding`: saved, and perhaps not ready yet
 * - `ready`: can be sent
 * - `refused`: can't be sent, for the reason given
 */
export interface SavedContent {
  readonly state: 'saving' | 'encoding' | 'ready' | 'refused';
  /** The provider's name for it; null until it is saved. */
  readonly reference: string | null;
  /** How long it has been in its state, in milliseconds. */
  readonly ageMs: number;
  readonly statusCode: string;
  readonly error: string;
}

/** Where an integration's saved contents are remembered, by the hash of what is saved. */
export interface SavedContentStore {
  read(integrationId: string, hash: string): Promise<SavedContent | undefined>;
  /**
   * Takes it upon the caller to save it; false when somebody else has done so within the lease, or when it was refused less than
   * `refusedMs` ago.
   */
  begin(
    integrationId: string,
    hash: string,
    times: { readonly leaseMs: number; readonly refusedMs: number },
  ): Promise<boolean>;
  /** Nobody saves it for now: its lease is as old as this. */
  putOff(integrationId: string, hash: string, ageMs: number): Promise<void>;
  saved(integrationId: string, hash: string, reference: string): Promise<void>;
  ready(integrationId: string, reference: string): Promise<void>;
  refused(
    integrationId: string,
    by: { readonly hash: string } | { readonly reference: string },
    reason: { readonly statusCode: string; readonly error: string },
  ): Promise<void>;
  /** It has to be saved anew. @param reference only if it is still known by this name; null for one that was not saved */
  forget(integrationId: string, hash: string, reference: string | null): Promise<void>;
}
