import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from '../../domain/channel.ts';
import { Account } from '../account.ts';
import { answerControl } from '../control.ts';
import { Faults } from '../faults.ts';
import { handsetOf } from '../handsets.ts';
import { readJson, replyJson } from '../http.ts';
import { InboundPoster } from '../inbound.ts';
import { Ledger } from '../ledger.ts';
import { MediaCheck } from '../media-check.ts';
import { RateWindow, throughputOf } from '../rate-window.ts';
import { delaysOf } from '../report-delay.ts';
import { ReportPoster } from '../report-poster.ts';
import { INFOBIP_RETRIES, spedUp } from '../retries.ts';
import { inboundOfInfobip } from './inbound.ts';
import { answerSend, UNAUTHORISED } from './send.ts';
import { apiError, logBody, reportBody } from './wire.ts';

/** Look-ups that Infobip answers in a minute. */
const LOOKUPS_PER_MINUTE = 120;
/** Longest list of ids of one look-up, in characters. */
const MAX_ID_LIST = 2_048;

export interface InfobipSimulatorOptions {
  readonly apiKey: string;
  readonly ledgerPath: string;
  /** Time that a call takes. Default 0. */
  readonly latencyMs?: number;
  /** Usual time from acceptance to the delivery report. Default 1,000. */
  readonly reportDelayMs?: number;
  /** Instead of a usual time: half of the reports come within a tenth of it, 99 of 100 within it, none later. */
  readonly reportSpreadMs?: number | undefined;
  /** Most reports of one post; Infobip's default is 100, which is ours. With 1 each is posted when it is due. */
  readonly reportsPerPost?: number;
  /** Messages that the account takes in a second; calls beyond are answered with 429. Default any number. */
  readonly maxPerSecond?: number | undefined;
  /** Whether media that this machine serves are looked at before a message is taken. Default false. */
  readonly checksMedia?: boolean;
  /** How long a message can't be looked up after it was accepted. Default 0. */
  readonly lookupLagMs?: number;
  /** How many times shorter the pauses are before a webhook is posted again. Default 120. */
  readonly retrySpeedup?: number | undefined;
  /** Where reports go that are owed to an address of this machine. Default: where they are owed to. */
  readonly reportHome?: string | undefined;
  /** Sent with every webhook. Default none. */
  readonly webhookHeaders?: Readonly<Record<string, string>>;
}

export interface InfobipSimulator {
  readonly server: Server;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/**
 * A stand-in for Infobip: the same paths, bodies, codes and limits as far as the engine uses them.
 *
 * Not simulated: Infobip's flooding filter, prices, scheduling and group messages.
 */
export function createInfobipSimulator(options: InfobipSimulatorOptions): InfobipSimulator {
  const ledger = new Ledger(options.ledgerPath);
  const poster = new ReportPoster({
    ledger,
    write: (reports) => ({
      headers: options.webhookHeaders ?? {},
      body: JSON.stringify({ results: reports.map(reportBody) }),
    }),
    home: options.reportHome,
    retries: spedUp(INFOBIP_RETRIES, options.retrySpeedup),
    ...(options.reportsPerPost === undefined ? {} : { bucketSize: options.reportsPerPost }),
  });
  const account = new Account({ ledger, poster, delays: delaysOf(options) });
  const faults = new Faults();
  const hasRoom = throughputOf(options.maxPerSecond);
  const media = options.checksMedia ? new MediaCheck() : undefined;
  const inbound = new InboundPoster({
    vendor: spedUp(inboundOfInfobip(options.webhookHeaders ?? {}), options.retrySpeedup),
    home: options.reportHome,
  });
  const lookups = new RateWindow(LOOKUPS_PER_MINUTE, 60_000);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = Date.now();
    const url = new URL(request.url ?? '/', 'http://simulator');
    const route = `${request.method ?? ''} ${url.pathname}`;
    if (await answerControl({ request, response }, { ledger, faults, inbound, reports: poster })) return;
    if (request.headers.authorization !== `App ${options.apiKey}`) {
      replyJson(response, UNAUTHORISED);
      return;
    }
    const fault = request.method === 'POST' ? faults.meet() : undefined;
    // What has come in whole is taken, also where its caller dies while the call takes its time.
    const body = await readJson(request);
    if (options.latencyMs) await pause(options.latencyMs);
    switch (route) {
      case 'POST /mms/2/messages':
      case 'POST /sms/3/messages':
        return answerSend(account, channelOf(url), { request, body, seen, fault, hasRoom, media }, response);
      case 'GET /mms/2/logs':
      case 'GET /sms/3/logs':
        if (!lookups.take()) {
          replyJson(response, {
            status: 429,
            body: { errorCode: 'E429', description: 'Too many requests' },
          });
          return;
        }
        {
          answerLogs(account, url, options.lookupLagMs ?? 0, response);
          return;
        }
      default: {
        replyJson(response, { status: 404, body: { errorCode: 'E404', description: 'Not found' } });
        return;
      }
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return {
    server,
    ledger,
    close: async () => {
      await Promise.all([poster.close(), inbound.close(), media?.close()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      ledger.close();
    },
  };
}

function channelOf(url: URL): Channel {
  return url.pathname.startsWith('/mms') ? 'mms' : 'sms';
}

function answerLogs(account: Account, url: URL, lagMs: number, response: ServerResponse): void {
  const now = Date.now();
  const ids = url.searchParams.get('messageId') ?? '';
  if (ids.length > MAX_ID_LIST) {
    replyJson(response, { status: 400, body: apiError('E400', 'messageId is too long.') });
    return;
  }
  const results = ids.split(',').flatMap((id) => {
    const row = account.get(id);
    if (!row || row.channel !== channelOf(url) || row.at + lagMs > now) return [];
    if (handsetOf(row.to, row.channel).hidden) return [];
    return [logBody(id, row.to, row.at, account.stateOf(row, now))];
  });
  replyJson(response, { status: 200, body: { results, cursor: { limit: 1_000 } } });
}
