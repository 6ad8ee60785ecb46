import { ConfigurationError } from '../../config/environment.ts';
import { inheritedEnvironment } from '../../config/inherited.ts';
import { loadEnvFile } from '../env-file.ts';
import { untilStopped } from '../until-stopped.ts';
import { say } from '../say.ts';
import { Stack } from '../stack.ts';

/** `npm start`: the stack, until Ctrl-C. */
try {
  loadEnvFile();
  const stopped = untilStopped();
  const stack = await Stack.start(inheritedEnvironment());
  const { api, docs, temporalUi, apiKey, timings } = stack.access;
  say('');
  say('Tidings is up.');
  say(`  API           ${api}   (key: ${apiKey})`);
  say(`  API docs      ${docs}`);
  if (temporalUi !== null) say(`  Temporal UI   ${temporalUi}`);
  say(`  Timings       ${timings}`);
  say('Ctrl-C stops it; runs that are under way go on at the next start.');
  await stopped;
  say('Stopping …');
  await stack.stop();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  say(
    error instanceof ConfigurationError
      ? `The configuration can't be used:\n${error.message}`
      : error.message,
  );
  process.exitCode = 1;
}
