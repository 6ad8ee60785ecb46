/**
 * How a provider proves that a webhook is its own.
 *
 * - `token`: an unguessable last segment of the address that it was given
 * - `basic`: user name and password
 * - `header`: a fixed value in a header
 * - `hmac`: SHA-256 over the raw body in a header, hexadecimal or base64
 * - `sinch`: Sinch's own headers, SHA-256 over the raw body, a nonce and the second at which it was signed
 */
export type WebhookAuth =
  | { readonly kind: 'token'; readonly secret: string }
  | { readonly kind: 'basic'; readonly username: string; readonly secret: string }
  | { readonly kind: 'header'; readonly header: string; readonly secret: string }
  | { readonly kind: 'hmac'; readonly header: string; readonly secret: string }
  | { readonly kind: 'sinch'; readonly secret: string };
