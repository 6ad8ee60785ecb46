import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { faultSchema, type Faults } from './faults.ts';
import { readJson, replyJson, type Reply } from './http.ts';
import { inboundOrderSchema, type InboundPoster } from './inbound.ts';
import type { Ledger } from './ledger.ts';
import type { ReportPoster } from './report-poster.ts';

/** What of a simulator can be looked at and moved from outside. */
export interface Controlled {
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly inbound: InboundPoster;
  readonly reports?: Pick<ReportPoster, 'abandoned'>;
}

const urlSchema = z.object({ url: z.url() });

/**
 * What a simulator answers beside its vendor's own paths.
 *
 * `GET /_simulator/ledger`: what was accepted and refused, a JSON object a line. `POST /_simulator/faults`: the same trouble for
 * every send for a while; `GET` tells how many calls met which. `GET /_simulator/reports`: delivery reports that
 * nobody has taken and that are not told any more. `PUT /_simulator/inbound-url`: where inbound messages are posted, a
 * setting of the account at every vendor. `POST /_simulator/inbound`: somebody writes to a sender of the account; `GET` tells
 * what became of it.
 * @returns whether it was such a request
 */
export async function answerControl(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { ledger, faults, inbound, reports }: Controlled,
): Promise<boolean> {
  const route = `${request.method ?? ''} ${(request.url ?? '/').split('?')[0] ?? ''}`;
  switch (route) {
    case 'GET /_simulator/ledger':
      answerLedger(ledger, response);
      return true;
    case 'POST /_simulator/faults':
      faults.set(faultSchema.parse(await readJson(request)));
      replyJson(response, { status: 200, body: {} });
      return true;
    case 'GET /_simulator/faults':
      replyJson(response, { status: 200, body: { met: faults.met } });
      return true;
    case 'GET /_simulator/reports':
      replyJson(response, { status: 200, body: { abandoned: reports?.abandoned ?? [] } });
      return true;
    case 'PUT /_simulator/inbound-url':
      inbound.register(urlSchema.parse(await readJson(request)).url);
      replyJson(response, { status: 200, body: {} });
      return true;
    case 'POST /_simulator/inbound':
      replyJson(response, sendInbound(inbound, await readJson(request)));
      return true;
    case 'GET /_simulator/inbound':
      replyJson(response, { status: 200, body: { messages: inbound.fates } });
      return true;
    default:
      return false;
  }
}

function sendInbound(inbound: InboundPoster, body: unknown): Reply {
  const order = inboundOrderSchema.safeParse(body);
  if (!order.success) return { status: 400, body: { error: z.prettifyError(order.error) } };
  const id = inbound.send(order.data);
  if (id !== undefined) return { status: 202, body: { id } };
  const error = 'Nobody has said where inbound messages go: PUT /_simulator/inbound-url with {"url": …}.';
  return { status: 409, body: { error } };
}

function answerLedger(ledger: Ledger, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const row of ledger.rows) if (row.kind !== 'reported') response.write(`${JSON.stringify(row)}\n`);
  response.end();
}
