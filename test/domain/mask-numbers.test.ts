import { maskNumbers } from '../../domain/mask-numbers.ts';

describe('a text without phone numbers', () => {
  it.each([
    ['to: 12065550123 is invalid', 'to: [number] is invalid'],
    ['+442079460123, 14165550112', '[number], [number]'],
    ['sms:+12065550123?x', 'sms:[number]?x'],
    ['Nothing to mask, code 1234567.', 'Nothing to mask, code 1234567.'],
    ['id 20261100-1234-8123-a123-123456789012', 'id 20261100-1234-8123-a123-123456789012'],
  ])('%s', (text, masked) => {
    expect(maskNumbers(text)).toBe(masked);
  });
});
