import { MAX_LINE_BYTES, type LinePlace } from './import-line.ts';
import { BEGINNING, type Position } from './position.ts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Where in a record a byte is read; `broken` once a quote stands where none may. */
type Place = 'start of a cell' | 'cell' | 'quoted cell' | 'after a quote' | 'broken';

/** A record: its cells, or why it has none. */
export type CsvRecord = LinePlace &
  ({ readonly cells: readonly string[] } | { readonly fault: 'too_large' | 'bad_quote' | 'open_quote' });

/**
 * Reads CSV as RFC 4180 has it, with line ends of any system; empty lines are left out.
 *
 * A record that is too large is skipped to its end without being kept; one whose quotes are wrong ends with its line.
 * @param from where the bytes begin
 */
export async function* csvRecords(
  bytes: AsyncIterable<Buffer>,
  from: Position = BEGINNING,
): AsyncGenerator<CsvRecord> {
  let place: Place = 'start of a cell';
  let parts: Buffer[] = [];
  let size = 0;
  let { offset, line } = from;
  let firstLine = line;
  let afterReturn = false;
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const endRecord = (end: Position): CsvRecord => {
    const record = recordOf({ line: firstLine, end }, place, size, parts);
    place = 'start of a cell';
    parts = [];
    size = 0;
    return record;
  };
  for await (const chunk of bytes) {
    let begin = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      const endsLine = byte === RETURN || (byte === LINE_FEED && !afterReturn);
      if (endsLine) line += 1;
      afterReturn = byte === RETURN;
      if ((byte === LINE_FEED || byte === RETURN) && place !== 'quoted cell') {
        keep(chunk.subarray(begin, index));
        if (size > 0) yield endRecord({ offset: offset + index, line: line - 1 });
        begin = index + 1;
        firstLine = line;
      } else {
        place = nextPlace(place, byte);
      }
    }
    keep(chunk.subarray(begin));
    offset += chunk.length;
  }
  if (size > 0) yield endRecord({ offset, line });
}

function nextPlace(place: Place, byte: number): Place {
  switch (place) {
    case 'broken':
      return 'broken';
    case 'quoted cell':
      return byte === QUOTE ? 'after a quote' : 'quoted cell';
    case 'start of a cell':
      if (byte === QUOTE) return 'quoted cell';
      return byte === COMMA ? 'start of a cell' : 'cell';
    case 'cell':
      if (byte === QUOTE) return 'broken';
      return byte === COMMA ? 'start of a cell' : 'cell';
    case 'after a quote':
      if (byte === QUOTE) return 'quoted cell';
      return byte === COMMA ? 'start of a cell' : 'broken';
  }
}

function recordOf(where: LinePlace, place: Place, size: number, parts: readonly Buffer[]): CsvRecord {
  if (place === 'quoted cell') return { ...where, fault: 'open_quote' };
  if (size > MAX_LINE_BYTES) return { ...where, fault: 'too_large' };
  if (place === 'broken') return { ...where, fault: 'bad_quote' };
  return { ...where, cells: cellsOf(Buffer.concat(parts).toString('utf8')) };
}

/** The cells of a record whose quotes are right. */
function cellsOf(record: string): readonly string[] {
  const cells = `,${record}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return Array.from(cells, ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
