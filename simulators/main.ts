import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { ConfigurationError } from '../config/environment.ts';
import { createLog, exitOnUncaught } from '../config/log.ts';
import { simulatorConfig } from '../config/simulator.ts';
import { SIMULATOR_PATHS } from '../config/simulator-paths.ts';
import type { ProviderName } from '../domain/provider-names.ts';
import { createInfobipSimulator } from './infobip/server.ts';
import { createSinchMmsSimulator } from './sinch-mms/server.ts';
import { createSinchSmsSimulator } from './sinch-sms/server.ts';

interface Simulator {
  readonly server: Server;
  close(): Promise<void>;
}

/** The process that stands in for the vendors, each below a path of its own. */
try {
  const config = simulatorConfig();
  const log = createLog('simulator', config.logLevel);
  exitOnUncaught(log);
  const folder = path.join(config.home, 'simulator');
  await mkdir(folder, { recursive: true });
  const { latencyMs, reportDelayMs, reportSpreadMs, lookupLagMs, maxPerSecond, retrySpeedup } = config;
  const { checksMedia } = config;
  const { publicUrl: reportHome } = config;
  const common = (name: ProviderName) => ({
    ...{ latencyMs, reportDelayMs, reportSpreadMs, lookupLagMs, maxPerSecond, retrySpeedup, reportHome },
    ledgerPath: path.join(folder, `${name}.jsonl`),
  });
  const simulators: Readonly<Record<ProviderName, Simulator>> = {
    infobip: createInfobipSimulator({
      ...common('infobip'),
      apiKey: config.infobipApiKey,
      reportsPerPost: config.reportsPerPost,
      checksMedia,
    }),
    'sinch-sms': createSinchSmsSimulator({ ...common('sinch-sms'), ...config.sinchSms }),
    'sinch-mms': createSinchMmsSimulator({ ...common('sinch-mms'), ...config.sinchMms, checksMedia }),
  };
  // The longest path first: Infobip's has none.
  const byPath = Object.entries(SIMULATOR_PATHS).sort(([, one], [, other]) => other.length - one.length);
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const [name, prefix] = byPath.find(([, start]) => url.startsWith(`${start}/`)) ?? ['infobip', ''];
    request.url = url.slice(prefix.length);
    simulators[name as ProviderName].server.emit('request', request, response);
  });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  log.info({ port: config.port }, 'ready');
  process.send?.('ready');
  process.channel?.unref();
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  server.close();
  server.closeAllConnections();
  await Promise.all(Object.values(simulators).map((simulator) => simulator.close()));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
