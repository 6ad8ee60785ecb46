import type { Account } from '../account.ts';
import { handsetOf } from '../handsets.ts';
import type { Reply } from '../http.ts';
import type { AcceptedRow, Ledger } from '../ledger.ts';
import { batchBody, refusal, reportBody } from './wire.ts';

/** How far back a list reaches that is asked for nothing else. */
const DEFAULT_REACH_MS = 86_400_000;
const MAX_REACH_MS = 14 * 86_400_000;
const MAX_PAGE_SIZE = 100;

export interface ListRequest {
  readonly account: Account;
  readonly ledger: Ledger;
  /** How long a batch can't be found after it was accepted. */
  readonly lagMs: number;
  readonly query: URLSearchParams;
}

/** `GET …/batches`: the newest first. */
export function answerBatches(request: ListRequest): Reply {
  return listed(request, 'batches', (row) => [batchBody(row)]);
}

/** `GET …/delivery_reports`: the newest state of each recipient that has one. */
export function answerReports(request: ListRequest): Reply {
  const now = Date.now();
  return listed(request, 'delivery_reports', (row) => {
    const state = request.account.stateOf(row, now);
    return state ? [reportBody(row, state.report, state.doneAt)] : [];
  });
}

function listed(
  { ledger, lagMs, query }: ListRequest,
  name: string,
  bodiesOf: (row: AcceptedRow) => readonly object[],
): Reply {
  const now = Date.now();
  const start = query.get('start_date');
  const from = Math.max(start === null ? now - DEFAULT_REACH_MS : Date.parse(start), now - MAX_REACH_MS);
  const page = Number(query.get('page') ?? 0);
  const size = Number(query.get('page_size') ?? 30);
  if (Number.isNaN(from) || !(page >= 0) || !(size >= 1 && size <= MAX_PAGE_SIZE))
    return refusal(400, 'syntax_invalid_parameter_format', 'start_date, page or page_size is wrong.');
  const reference = query.get('client_reference');
  const all = ledger.rows
    .flatMap((row) => (row.kind === 'accepted' ? [row] : []))
    .filter((row) => reference === null || row.id === reference)
    .filter((row) => row.at >= from && row.at + lagMs <= now && !handsetOf(row.to, row.channel).hidden)
    .reverse()
    .flatMap(bodiesOf);
  const items = all.slice(page * size, (page + 1) * size);
  return { status: 200, body: { count: all.length, page, page_size: items.length, [name]: items } };
}
