import fc from 'fast-check';
import { fieldNames } from '../../api/customers/field-names.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../../api/customers/import-formats.ts';
import type { ImportContext, ImportLine } from '../../api/customers/import-line.ts';

const CONTEXT: ImportContext = { targetOf: fieldNames([]), now: Date.UTC(2026, 0, 1) };

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function all(lines: AsyncIterable<ImportLine>): Promise<readonly ImportLine[]> {
  const found: ImportLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

const token = (...more: readonly string[]): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'é', '"', '\n', '\r', '\r\n', ...more), maxLength: 40 });

const FILES: Readonly<Record<ImportFormat['name'], fc.Arbitrary<string>>> = {
  csv: fc
    .tuple(fc.constantFrom('', '\n\n', '\r\n'), fc.constantFrom('\n', '\r\n', '\r'), token(',', '"a\r\nb",'))
    .map(([before, end, rest]) => `${before}externalId,note${end}${rest}`),
  ndjson: token('{"externalId":"b"}\n', '{"externalId":"c"}\r\n', ' '),
};

describe.each(Object.values(IMPORT_FORMATS))('a file of $name', (format) => {
  it('can be gone on with behind every line, as if it were read from its beginning', async () => {
    await fc.assert(
      fc.asyncProperty(FILES[format.name], fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const bytes = Buffer.from(text);
        const whole = await all(format.read(piecesOf(bytes, size), CONTEXT));
        const beginning = await format.readBeginning(piecesOf(bytes, size), CONTEXT);
        const ends = [beginning.from, ...whole.map(({ end }) => end)];
        for (const [index, from] of ends.entries()) {
          const rest = piecesOf(bytes.subarray(from.offset), size);
          expect(await all(format.readFrom(rest, CONTEXT, { ...beginning, from }))).toEqual(
            whole.slice(index),
          );
        }
      }),
    );
  });
});
