import type { Readable } from 'node:stream';
import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { JsonValue } from '../../domain/json.ts';
import { bodyBytes } from './body-bytes.ts';
import { customerRecord } from './customer-fields.ts';
import { importLine, MAX_LINE_BYTES, type ImportContext, type ImportLine } from './import-line.ts';

/** Reads one JSON object a line; a line that is too long is skipped without being kept. */
export async function* readNdjson(body: Readable, context: ImportContext): AsyncGenerator<ImportLine> {
  for await (const { line, text } of linesOf(bodyBytes(body))) {
    if (text === undefined) {
      yield { line, reason: 'line_too_large', message: `A line has at most ${MAX_LINE_BYTES} bytes.` };
    } else if (text.trim() !== '') {
      yield importLine(line, () => recordOfJson(text, context));
    }
  }
}

function recordOfJson(text: string, context: ImportContext): CustomerRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CustomerProblem('bad_json', 'The line is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CustomerProblem('bad_json', 'The line is not a JSON object.');
  }
  const fields = Object.entries(value as Record<string, JsonValue>).map(
    ([name, field]) => [context.targetOf(name), field] as const,
  );
  return customerRecord(fields, context.now);
}

async function* linesOf(
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<{ line: number; text: string | undefined }> {
  let line = 1;
  let parts: Buffer[] = [];
  let size = 0;
  const take = (): { line: number; text: string | undefined } => {
    const text = size > MAX_LINE_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
    parts = [];
    size = 0;
    return { line: line++, text };
  };
  for await (const chunk of bytes) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      size += end;
      if (size <= MAX_LINE_BYTES) parts.push(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    if (size <= MAX_LINE_BYTES) parts.push(rest);
    else parts = [];
  }
  if (size > 0) yield take();
}
