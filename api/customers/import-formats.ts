import { ApiProblem } from '../problem.ts';
import type { ImportContext, ImportLine } from './import-line.ts';
import { BEGINNING, type Position } from './position.ts';
import { readCsv, readCsvFrom, readCsvHeader } from './read-csv.ts';
import { readNdjson } from './read-ndjson.ts';

type Bytes = AsyncIterable<Buffer>;

/** What must be known of a file to go on in it, and where its first customer may stand. */
export interface FileBeginning {
  /** The cells of a header; null in a format without one. */
  readonly header: readonly string[] | null;
  readonly from: Position;
}

/** How customers are written in a file. Its functions throw an ApiProblem at what makes the whole file unreadable. */
export interface ImportFormat {
  readonly name: 'csv' | 'ndjson';
  /** Reads a file from its first byte. */
  readonly read: (bytes: Bytes, context: ImportContext) => AsyncIterable<ImportLine>;
  /** Reads what stands before the first customer, and no more. */
  readonly readBeginning: (bytes: Bytes, context: ImportContext) => Promise<FileBeginning>;
  /** Reads on from `from`, where the bytes begin. */
  readonly readFrom: (bytes: Bytes, context: ImportContext, file: FileBeginning) => AsyncIterable<ImportLine>;
}

const NDJSON: ImportFormat = {
  name: 'ndjson',
  read: readNdjson,
  readBeginning: () => Promise.resolve({ header: null, from: BEGINNING }),
  readFrom: (bytes, context, { from }) => readNdjson(bytes, context, from),
};

const CSV: ImportFormat = {
  name: 'csv',
  read: readCsv,
  readBeginning: async (bytes, context) => {
    const { cells, end } = await readCsvHeader(bytes, context);
    return { header: cells, from: end };
  },
  readFrom: (bytes, context, { header, from }) => readCsvFrom(bytes, context, header ?? [], from),
};

export const IMPORT_FORMATS: Readonly<Record<ImportFormat['name'], ImportFormat>> = {
  csv: CSV,
  ndjson: NDJSON,
};

const FORMAT_OF_TYPE: ReadonlyMap<string, ImportFormat> = new Map([
  ['application/x-ndjson', NDJSON],
  ['application/ndjson', NDJSON],
  ['application/jsonl', NDJSON],
  ['text/csv', CSV],
]);

/** Content types that an import may have. */
export const IMPORT_TYPES: readonly string[] = [...FORMAT_OF_TYPE.keys()];

/** @throws ApiProblem `unsupported_media_type` */
export function formatOf(contentType: string): ImportFormat {
  const [mediaType = ''] = contentType.split(';');
  const format = FORMAT_OF_TYPE.get(mediaType.trim().toLowerCase());
  if (format) return format;
  throw new ApiProblem('unsupported_media_type', `Send the customers as one of: ${IMPORT_TYPES.join(', ')}.`);
}
