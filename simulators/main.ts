import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError } from '../config/environment.ts';
import { createLog, exitOnUncaught } from '../config/log.ts';
import { simulatorConfig } from '../config/simulator.ts';
import { createInfobipSimulator } from './infobip/server.ts';

/** The process that stands in for the vendors. */
try {
  const config = simulatorConfig();
  const log = createLog('simulator', config.logLevel);
  exitOnUncaught(log);
  const folder = path.join(config.home, 'simulator');
  await mkdir(folder, { recursive: true });
  const infobip = createInfobipSimulator({
    apiKey: config.infobipApiKey,
    ledgerPath: path.join(folder, 'infobip.jsonl'),
    latencyMs: config.latencyMs,
    reportDelayMs: config.reportDelayMs,
    reportSpreadMs: config.reportSpreadMs,
    reportsPerPost: config.reportsPerPost,
    lookupLagMs: config.lookupLagMs,
    reportHome: config.publicUrl,
  });
  infobip.server.listen(config.port, config.host);
  await once(infobip.server, 'listening');
  log.info({ port: config.port }, 'ready');
  process.send?.('ready');
  process.channel?.unref();
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await infobip.close();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
