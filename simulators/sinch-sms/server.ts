import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Account } from '../account.ts';
import { answerControl } from '../control.ts';
import { Faults } from '../faults.ts';
import { readJson, replyJson } from '../http.ts';
import { InboundPoster } from '../inbound.ts';
import { Ledger } from '../ledger.ts';
import { throughputOf } from '../rate-window.ts';
import { delaysOf } from '../report-delay.ts';
import { ReportPoster } from '../report-poster.ts';
import { SINCH_SMS_RETRIES, spedUp } from '../retries.ts';
import { inboundOfSinchSms } from './inbound.ts';
import { answerBatches, answerReports } from './reads.ts';
import { answerSend, UNAUTHORISED } from './send.ts';
import { signatureHeaders } from './sign.ts';
import { refusal, reportBody } from './wire.ts';

export interface SinchSmsSimulatorOptions {
  readonly servicePlanId: string;
  readonly apiToken: string;
  readonly ledgerPath: string;
  /** Time that a call takes. Default 0. */
  readonly latencyMs?: number;
  /** Usual time from acceptance to the delivery report. Default 1,000. */
  readonly reportDelayMs?: number;
  /** As of Infobip's simulator. */
  readonly reportSpreadMs?: number | undefined;
  /** Messages that the account takes in a second; calls beyond are answered with 429. Default any number. */
  readonly maxPerSecond?: number | undefined;
  /** How long a batch can't be found after it was accepted. Default 0. */
  readonly lookupLagMs?: number;
  /** As of Infobip's simulator. */
  readonly retrySpeedup?: number | undefined;
  /** Where reports go that are owed to an address of this machine. Default: where they are owed to. */
  readonly reportHome?: string | undefined;
  /** With it callbacks are signed, as for a plan for which Sinch has set a secret. */
  readonly webhookSecret?: string | undefined;
}

export interface SinchSmsSimulator {
  readonly server: Server;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/**
 * A stand-in for Sinch's SMS REST API: the same paths, bodies, codes and limits as far as the engine uses them.
 *
 * A reference that was used before makes another batch, as Sinch promises nothing else. Not simulated: groups, parameters,
 * scheduling, media and binary batches, reports of whole batches, the queue of a plan.
 */
export function createSinchSmsSimulator(options: SinchSmsSimulatorOptions): SinchSmsSimulator {
  const ledger = new Ledger(options.ledgerPath);
  const poster = new ReportPoster({
    ledger,
    bucketSize: 1,
    home: options.reportHome,
    retries: spedUp(SINCH_SMS_RETRIES, options.retrySpeedup),
    write: (reports) => {
      const body = reports
        .map(({ id, to, sentAt: at, doneAt, report }) =>
          JSON.stringify(reportBody({ id, to, at }, report, doneAt)),
        )
        .join('');
      return { body, headers: signatureHeaders(options.webhookSecret, body) };
    },
  });
  const account = new Account({ ledger, poster, delays: delaysOf(options) });
  const faults = new Faults();
  const hasRoom = throughputOf(options.maxPerSecond);
  const inbound = new InboundPoster({
    vendor: spedUp(inboundOfSinchSms(options.webhookSecret), options.retrySpeedup),
    home: options.reportHome,
  });
  const plan = `/xms/v1/${options.servicePlanId}`;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = Date.now();
    if (await answerControl({ request, response }, { ledger, faults, inbound, reports: poster })) return;
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (request.headers.authorization !== `Bearer ${options.apiToken}`) {
      replyJson(response, UNAUTHORISED);
      return;
    }
    const fault = request.method === 'POST' ? faults.meet() : undefined;
    // What has come in whole is taken, also where its caller dies while the call takes its time.
    const body = await readJson(request);
    if (options.latencyMs) await pause(options.latencyMs);
    const lists = { account, ledger, lagMs: options.lookupLagMs ?? 0, query: url.searchParams };
    switch (`${request.method ?? ''} ${url.pathname}`) {
      case `POST ${plan}/batches`:
        return answerSend(account, { request, response, body, seen, fault, hasRoom });
      case `GET ${plan}/batches`:
        replyJson(response, answerBatches(lists));
        return;
      case `GET ${plan}/delivery_reports`:
        replyJson(response, answerReports(lists));
        return;
      default:
        replyJson(response, refusal(404, 'not_found', 'There is no such resource.'));
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return {
    server,
    ledger,
    close: async () => {
      await Promise.all([poster.close(), inbound.close()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      ledger.close();
    },
  };
}
