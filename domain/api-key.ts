/** An API key: a short id by which it is found, and its secret. */
export const API_KEY_PATTERN = /^tdg_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$/;
