/** Area codes of the US and Canada with the timezone that most of each lies in: where example customers live. */
export const AREAS: readonly { readonly code: number; readonly timezone: string }[] = [
  ...area(
    'America/New_York',
    [201, 202, 203, 207, 212, 215, 216, 219, 229, 231, 239, 240, 248, 252, 267, 301, 302],
  ),
  ...area(
    'America/New_York',
    [304, 305, 313, 321, 330, 336, 339, 347, 352, 386, 401, 404, 407, 410, 412, 413, 419],
  ),
  ...area(
    'America/New_York',
    [434, 440, 443, 470, 478, 484, 508, 513, 516, 518, 540, 551, 561, 567, 570, 571, 585],
  ),
  ...area(
    'America/Chicago',
    [205, 214, 217, 224, 225, 228, 251, 256, 262, 281, 309, 312, 314, 316, 318, 319, 320],
  ),
  ...area(
    'America/Chicago',
    [331, 334, 337, 361, 402, 405, 409, 414, 417, 430, 432, 469, 479, 501, 504, 507, 512],
  ),
  ...area('America/Denver', [303, 307, 385, 406, 435, 505, 575, 719, 720, 801]),
  ...area('America/Phoenix', [480, 520, 602, 623]),
  ...area(
    'America/Los_Angeles',
    [206, 209, 213, 253, 310, 323, 360, 408, 415, 424, 425, 503, 509, 510, 530, 541],
  ),
  ...area('America/Toronto', [416, 519, 613, 647, 705]),
  ...area('America/Vancouver', [236, 604, 778]),
];

function area(timezone: string, codes: readonly number[]): { code: number; timezone: string }[] {
  return codes.map((code) => ({ code, timezone }));
}
