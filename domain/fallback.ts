/** Who sends an SMS in place of an MMS that its handset or network can't take: the engine, the provider, or nobody. */
export const FALLBACK_WAYS = ['engine', 'provider', 'off'] as const;
export type FallbackWay = (typeof FALLBACK_WAYS)[number];

/** The SMS in place of an MMS, as its author has written it. */
export interface Fallback {
  readonly by: Exclude<FallbackWay, 'off'>;
  /** A template. */
  readonly text: string;
}

/** Leg of a message: the intended one, or the engine's SMS in its place. */
export const PRIMARY_LEG = 0;
export const FALLBACK_LEG = 1;

const SHORT_CODE = /^\d{5,6}$/;

/** Whether a provider can fall back by itself for this sender: only US short codes have that. */
export function hasProviderFallback(sender: string): boolean {
  return SHORT_CODE.test(sender);
}
