/**
 * The GSM 7-bit default alphabet, in the order of its codes; the place of the escape code (0x1B) is left out.
 *
 * Source: 3GPP TS 23.038, 6.2.1. National language tables (6.2.1.2) are not used: no provider promises them.
 */
const DEFAULT_ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** What stands behind the escape code: page break and nine others. Source: 3GPP TS 23.038, 6.2.1.1. */
const EXTENSION_TABLE = '\f^{}\\[~]|€';

/** Septets of every character that GSM-7 has: one, or two behind the escape code. */
export const GSM_SEPTETS: ReadonlyMap<string, 1 | 2> = new Map([
  ...Array.from(DEFAULT_ALPHABET, (character) => [character, 1] as const),
  ...Array.from(EXTENSION_TABLE, (character) => [character, 2] as const),
]);
