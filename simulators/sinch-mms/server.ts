import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Account } from '../account.ts';
import { answerControl } from '../control.ts';
import { Faults } from '../faults.ts';
import { readJson, replyJson } from '../http.ts';
import { InboundPoster } from '../inbound.ts';
import { Ledger } from '../ledger.ts';
import { MediaCheck } from '../media-check.ts';
import { throughputOf } from '../rate-window.ts';
import { delaysOf } from '../report-delay.ts';
import { ReportPoster } from '../report-poster.ts';
import { SINCH_MMS_RETRIES, spedUp } from '../retries.ts';
import { INBOUND_OF_SINCH_MMS } from './inbound.ts';
import { SavedMms } from './saved.ts';
import { answerCallOf, WRONG_KEY } from './send.ts';
import { postbackOf, type Generation } from './wire.ts';

export interface SinchMmsSimulatorOptions {
  readonly serviceId: string;
  readonly apiKey: string;
  readonly ledgerPath: string;
  /** Time that a call takes. Default 0. */
  readonly latencyMs?: number;
  /** Usual time from acceptance to the postback. Default 1,000. */
  readonly reportDelayMs?: number;
  /** As of Infobip's simulator. */
  readonly reportSpreadMs?: number | undefined;
  /** Messages that the account takes in a second; those beyond are refused with E113. Default any number. */
  readonly maxPerSecond?: number | undefined;
  /** Whether media that this machine serves are looked at before they are saved or sent. Default false. */
  readonly checksMedia?: boolean;
  /** How many times shorter the pauses are before a postback is posted again. Default 24. */
  readonly retrySpeedup?: number | undefined;
  /** How long a saved MMS is encoded. Default 200. */
  readonly encodeMs?: number;
  /** Where postbacks go; it can be said later, as at Sinch, where it is a setting of the account. */
  readonly postbackUrl?: string;
  /** Where postbacks go that are owed to an address of this machine. Default: where they are owed to. */
  readonly reportHome?: string | undefined;
  /** Whether postbacks give the reference back, which is not documented. Default true. */
  readonly echoesReference?: boolean;
  /** Which of Sinch's documents the account keeps to. Default `older`. */
  readonly generation?: Generation;
}

export interface SinchMmsSimulator {
  readonly server: Server;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

const postbackUrlSchema = z.object({ url: z.url() });

/**
 * A stand-in for Sinch's MMS JSON API: the same actions, codes and limits as far as the engine uses them.
 *
 * Every answer that it gives by itself is HTTP 200, as documented. Not simulated: transcoding, so that the size of
 * a file is that which its server tells.
 */
export function createSinchMmsSimulator(options: SinchMmsSimulatorOptions): SinchMmsSimulator {
  const ledger = new Ledger(options.ledgerPath);
  let registered = options.postbackUrl;
  const postbackUrl = (): string | undefined => registered;
  const retries = spedUp(SINCH_MMS_RETRIES, options.retrySpeedup);
  const poster = new ReportPoster({
    ledger,
    bucketSize: 1,
    home: options.reportHome,
    retries,
    write: (reports) => ({
      headers: {},
      body: reports
        .map(({ id, to, sentAt: at, doneAt, report }) =>
          JSON.stringify(postbackOf({ id, to, at }, report, doneAt, options.echoesReference ?? true)),
        )
        .join(''),
    }),
  });
  const account = new Account({ ledger, poster, delays: delaysOf(options) });
  const saved = new SavedMms({
    encodeMs: options.encodeMs ?? 200,
    postbackUrl,
    retries,
    home: options.reportHome,
  });
  const { serviceId, generation = 'older' } = options;
  const media = options.checksMedia ? new MediaCheck() : undefined;
  const hasRoom = throughputOf(options.maxPerSecond);
  const owner = { account, saved, serviceId, generation, postbackUrl, hasRoom, media };
  const faults = new Faults();
  const inbound = new InboundPoster({
    vendor: { ...INBOUND_OF_SINCH_MMS, ...retries },
    home: options.reportHome,
    defaultUrl: postbackUrl,
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = Date.now();
    if (await answerControl({ request, response }, { ledger, faults, inbound, reports: poster })) return;
    const { pathname } = new URL(request.url ?? '/', 'http://simulator');
    const route = `${request.method ?? ''} ${pathname}`;
    if (route === 'PUT /_simulator/postback-url') {
      registered = postbackUrlSchema.parse(await readJson(request)).url;
      replyJson(response, { status: 200, body: {} });
      return;
    }
    if (route !== 'POST /ep/v2/') {
      replyJson(response, { status: 404, body: {} });
      return;
    }
    if (request.headers['x-api-key'] !== options.apiKey) {
      replyJson(response, WRONG_KEY);
      return;
    }
    const fault = faults.meet();
    // What has come in whole is taken, also where its caller dies while the call takes its time.
    const body = await readJson(request);
    if (options.latencyMs) await pause(options.latencyMs);
    return answerCallOf(owner, { request, response, body, seen, fault });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return {
    server,
    ledger,
    close: async () => {
      await Promise.all([saved.close(), media?.close(), poster.close(), inbound.close()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      ledger.close();
    },
  };
}
