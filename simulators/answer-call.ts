import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { replyJson, type Reply } from './http.ts';
import type { AnswerTrouble } from './take-offers.ts';

/** Longer than a report takes that is due at once. */
const DAWDLE_MS = 300;
const TRICKLE_MS = 100;

/** How a vendor says that it takes nothing of a call. */
export interface RefusalReplies {
  readonly throttle: Reply;
  readonly fail: Reply;
  readonly refuse: Reply;
  readonly unauthorised: Reply;
}

/**
 * Answers a call as its trouble has it.
 * @param reply the answer without any trouble
 */
export async function answerCall(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  trouble: AnswerTrouble | undefined,
  reply: Reply,
  refusals: RefusalReplies,
): Promise<void> {
  switch (trouble) {
    case 'throttle':
    case 'fail':
    case 'refuse':
    case 'unauthorised':
      replyJson(response, refusals[trouble]);
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'trickle':
      return trickle(response);
    case 'truncate':
      response.writeHead(reply.status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(reply.body).slice(0, TRUNCATED_AT));
      return;
    case 'dawdle':
    case undefined:
      if (trouble === 'dawdle') await pause(DAWDLE_MS);
      replyJson(response, reply);
  }
}

/** Characters that are left of half an answer. */
const TRUNCATED_AT = 20;

/** A slow answer: the connection lives, the answer never ends. */
async function trickle(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  while (!response.destroyed) {
    response.write(' ');
    await pause(TRICKLE_MS);
  }
}
