import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { JsonValue } from '../../domain/json.ts';
import { customerRecord } from './customer-fields.ts';
import {
  importLine,
  MAX_LINE_BYTES,
  type ImportContext,
  type ImportLine,
  type LinePlace,
} from './import-line.ts';
import { BEGINNING, type Position } from './position.ts';

/**
 * Reads one JSON object a line; a line that is too long is skipped without being kept.
 * @param from where the bytes begin
 */
export async function* readNdjson(
  bytes: AsyncIterable<Buffer>,
  context: ImportContext,
  from: Position = BEGINNING,
): AsyncGenerator<ImportLine> {
  for await (const { text, ...place } of linesOf(bytes, from)) {
    if (text === undefined) {
      const message = `A line has at most ${MAX_LINE_BYTES} bytes.`;
      yield { ...place, reason: 'line_too_large', message, externalId: null };
    } else if (text.trim() !== '') {
      yield importLine(place, (speaksOf) => recordOfJson(text, context, speaksOf));
    }
  }
}

function recordOfJson(
  text: string,
  context: ImportContext,
  speaksOf: (externalId: unknown) => void,
): CustomerRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CustomerProblem('bad_json', 'The line is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CustomerProblem('bad_json', 'The line is not a JSON object.');
  }
  if ('externalId' in value) speaksOf(value.externalId);
  const fields = Object.entries(value as Record<string, JsonValue>).map(
    ([name, field]) => [context.targetOf(name), field] as const,
  );
  return customerRecord(fields, context.now);
}

type Line = LinePlace & { readonly text: string | undefined };

async function* linesOf(bytes: AsyncIterable<Buffer>, from: Position): AsyncGenerator<Line> {
  let { offset, line } = from;
  let parts: Buffer[] = [];
  let size = 0;
  const take = (): Line => {
    const text = size > MAX_LINE_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
    parts = [];
    size = 0;
    return { line, end: { offset, line }, text };
  };
  for await (const chunk of bytes) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      size += end;
      offset += end;
      if (size <= MAX_LINE_BYTES) parts.push(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
      offset += 1;
      line += 1;
    }
    size += rest.length;
    offset += rest.length;
    if (size <= MAX_LINE_BYTES) parts.push(rest);
    else parts = [];
  }
  if (size > 0) yield take();
}
