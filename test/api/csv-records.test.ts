import { Readable } from 'node:stream';
import fc from 'fast-check';
import { bodyBytes } from '../../api/customers/body-bytes.ts';
import { csvRecords } from '../../api/customers/csv-records.ts';

/** Reads a text that comes in by pieces of `size` bytes. @returns the records without their ends */
async function read(csv: string, size = 65_536): Promise<readonly object[]> {
  const bytes = Buffer.from(csv);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  const records: object[] = [];
  for await (const record of csvRecords(bodyBytes(Readable.from(pieces))))
    records.push(
      'cells' in record
        ? { line: record.line, cells: record.cells }
        : { line: record.line, fault: record.fault },
    );
  return records;
}

const LARGE = 'x'.repeat(300_000);

describe('CSV', () => {
  it('that was quoted is read as it was written, however it comes in pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ', '👍') });
    const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(
        records,
        ends,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (rows, end, mark, size) => {
          const lines = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
          const found = await read((mark ? '\uFEFF' : '') + lines.join(end), size);
          expect(found.map((record) => ('cells' in record ? record.cells : record))).toEqual(rows);
        },
      ),
    );
  });

  it('has lines that end as on any system, and empty ones that are counted', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(await read(['a,', '', ',b', '"c', 'd",e', ','].join(end), 1)).toEqual([
        { line: 1, cells: ['a', ''] },
        { line: 3, cells: ['', 'b'] },
        { line: 4, cells: [`c${end}d`, 'e'] },
        { line: 6, cells: ['', ''] },
      ]);
    }
  });

  it('loses no record to one whose quotes are wrong', async () => {
    expect(await read('a"b\n"c"d,"e\nf')).toEqual([
      { line: 1, fault: 'bad_quote' },
      { line: 2, fault: 'bad_quote' },
      { line: 3, cells: ['f'] },
    ]);
  });

  it('never takes a part of a record that is too large for a record', async () => {
    expect(await read(`1\n"${LARGE}\nnot a record\n${LARGE}",x\n2\n${LARGE}"\n3\n"${LARGE}\n4`)).toEqual([
      { line: 1, cells: ['1'] },
      { line: 2, fault: 'too_large' },
      { line: 5, cells: ['2'] },
      { line: 6, fault: 'too_large' },
      { line: 7, cells: ['3'] },
      { line: 8, fault: 'open_quote' },
    ]);
  });
});
