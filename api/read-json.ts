import type { Readable } from 'node:stream';
import { ApiProblem } from './problem.ts';

/**
 * Reads a small JSON body of a route whose body may be something else as well.
 * @throws ApiProblem `bad_json`, `too_large`
 */
export async function readJson(body: Readable, maxBytes = 65_536): Promise<unknown> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const part of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    total += part.length;
    if (total > maxBytes) throw new ApiProblem('too_large', `The body may have at most ${maxBytes} bytes.`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch {
    throw new ApiProblem(
      'bad_json',
      'The body is not valid JSON. Check it for missing quotes, commas and brackets.',
    );
  }
}
