import { Readable } from 'node:stream';
import type { MediaReference } from '../../domain/message-content.ts';
import { AREAS } from '../../stack/demo/areas.ts';
import type { ApiClient } from '../../stack/api-client.ts';

/** What every customer gets. */
export const BENCH_TEMPLATE =
  "Harbour & Pine: hi {{ customer.first_name | default('there') }}, our summer sale is on. Reply STOP to leave.";
/** What becomes of it: the engine renders it for each customer, the bare loop has it ready. */
export const BENCH_TEXT = 'Harbour & Pine: hi Ana, our summer sale is on. Reply STOP to leave.';
export const BENCH_MEDIA: MediaReference = {
  url: 'http://127.0.0.1:7300/media/summer-sale.png',
  contentType: 'image/png',
};

const PROOF = '2026-03-01T12:00:00Z,web_form,https://shop.example.com/club';
/** First line number of the exchange 555 that is no magic one. */
const FIRST_LINE = 200;

/** A number that is accepted and delivered, another one for each of about a million customers. */
export function benchNumber(index: number): string {
  const line = FIRST_LINE + Math.floor(index / AREAS.length);
  // Directory assistance is nobody's number.
  const free = line >= 1_212 ? line + 1 : line;
  return `+1${AREAS[index % AREAS.length]?.code ?? 212}555${String(free).padStart(4, '0')}`;
}

/** Imports customers all of whom can be sent to; `position` parts them into audiences. */
export async function importBenchCustomers(api: ApiClient, count: number): Promise<void> {
  const report = await api.importCustomers(Readable.from(csv(count), { objectMode: false }), 'text/csv');
  if (report.created !== count) throw new Error(`Of ${count} customers ${report.created} were created.`);
}

const ROWS_PER_CHUNK = 500;

function* csv(count: number): Generator<string> {
  yield `externalId,phone,timezone,language,first_name,position:number,consent.marketing.granted,consent.marketing.time,consent.marketing.method,consent.marketing.source\n`;
  for (let start = 0; start < count; start += ROWS_PER_CHUNK) {
    const rows = Math.min(ROWS_PER_CHUNK, count - start);
    yield Array.from({ length: rows }, (_, i) => row(start + i)).join('');
  }
}

function row(index: number): string {
  const timezone = AREAS[index % AREAS.length]?.timezone ?? 'America/New_York';
  return `b-${index},${benchNumber(index)},${timezone},en,Ana,${index},true,${PROOF}\n`;
}
