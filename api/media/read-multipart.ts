import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { ApiProblem } from '../problem.ts';

/** The name of the part that holds the file. */
const FILE = 'file';
const MAX_FIELDS = 8;
/** The type of a part that names none (RFC 7578, 4.4). */
const PART_DEFAULT = 'text/plain';

/** The parts beside the file, by name. */
export type FormFields = Readonly<Record<string, string>>;

/**
 * Reads a `multipart/form-data` body with one file, which is handed on while it comes in.
 *
 * What becomes of `take` is awaited in any case, so that nothing of a refused body is left behind.
 * @param take its last argument are the other parts, once the whole body has come in; it fails where the body does
 * @throws ApiProblem `bad_body`, `bad_header` where the body breaks off, and what `take` throws
 */
export async function readMultipart<T>(
  body: IncomingMessage,
  take: (bytes: Readable, contentType: string | undefined, whole: Promise<FormFields>) => Promise<T>,
): Promise<T> {
  const parser = parserOf(body);
  const fields = new Map<string, string>();
  let taken: Promise<T> | undefined;
  let stream: Readable | undefined;
  const whole = new Promise<FormFields>((resolve, reject) => {
    parser.on('file', (name, bytes, _fileName, _encoding, contentType) => {
      // The parser tells of a body that breaks off here too.
      bytes.on('error', () => undefined);
      if (name !== FILE || taken) {
        bytes.resume();
        reject(badBody(`Send one file, as the part "${FILE}". There is another one, "${printable(name)}".`));
        return;
      }
      stream = bytes;
      taken = take(bytes, contentType === PART_DEFAULT ? undefined : contentType, whole);
      taken.catch(reject);
    });
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('fieldsLimit', () =>
      reject(badBody(`There are more than ${MAX_FIELDS} parts beside the file.`)),
    );
    parser.on('filesLimit', () => reject(badBody('Send one file.')));
    parser.on('finish', () => resolve(Object.fromEntries(fields)));
    parser.on('error', (error) => reject(broken(error)));
    body.once('error', (error) => reject(broken(error)));
    body.once('close', () => {
      if (!body.complete) reject(broken(undefined));
    });
  });
  body.pipe(parser);
  try {
    await whole;
    if (!taken) throw badBody(`There is no part "${FILE}" with a file.`);
    return await taken;
  } catch (error) {
    // The rest of the body goes nowhere, so that it can be answered.
    body.unpipe(parser);
    stream?.destroy(error instanceof Error ? error : undefined);
    await taken?.catch(() => undefined);
    throw error;
  }
}

function parserOf({ headers }: IncomingMessage): BusboyInstance {
  const contentType = headers['content-type'] ?? '';
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': contentType },
      isPartAFile: (name, _contentType, fileName) => name === FILE || fileName !== undefined,
      limits: { files: 2, fields: MAX_FIELDS, fieldSize: 1_000, fieldNameSize: 100, headerPairs: 20 },
    });
  } catch (error) {
    throw broken(error);
  }
}

function badBody(message: string): ApiProblem {
  return new ApiProblem('bad_body', message);
}

function broken(cause: unknown): ApiProblem {
  const problem = new ApiProblem(
    'bad_header',
    'The body is no whole multipart/form-data: it broke off, or its boundary is missing. Nothing was stored of it.',
  );
  problem.cause = cause;
  return problem;
}

function printable(name: string | undefined): string {
  return (name ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 50);
}
