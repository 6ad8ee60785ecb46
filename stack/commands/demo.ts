import { randomUUID } from 'node:crypto';
import { inheritedEnvironment } from '../../config/inherited.ts';
import { parseEnvironment, type Variables } from '../../config/environment.ts';
import { temporalConfig, type TemporalConfig } from '../../config/temporal.ts';
import type { Vendor } from '../../domain/vendors.ts';
import { ApiClient } from '../api-client.ts';
import { demoOptions, type DemoOptions } from '../demo/options.ts';
import { importAudience, readScenario, setDemoClock } from '../demo/prepare.ts';
import { followRun, resultTable } from '../demo/print.ts';
import { demoResult } from '../demo/results.ts';
import { loadEnvFile } from '../env-file.ts';
import { say } from '../say.ts';
import { Stack, StackRunningError } from '../stack.ts';
import type { StackAccess } from '../state-file.ts';
import { untilStopped } from '../until-stopped.ts';

/** `npm run demo`: the stack, an audience, a scenario, and what came of it. */
async function demo(): Promise<void> {
  loadEnvFile();
  const options = demoOptions(process.argv.slice(2));
  const begun = Date.now();
  const stopped = untilStopped();
  const { access, stop } = await openStack(demoVariables(options), options);
  try {
    const interrupted = stopped.then(() => {
      say('Stopped before the run had ended; npm start takes it to its end.');
      process.exitCode = 130;
    });
    const run = runDemo(access, options, begun);
    // After Ctrl-C its requests fail one after the other; nobody waits for them any more.
    run.catch(() => undefined);
    await Promise.race([run, interrupted]);
    if (process.exitCode === 130) return;
    if (options.keep) {
      say(
        `\nThe stack stays up: API docs ${access.docs}, Temporal UI ${access.temporalUi ?? '—'}. Ctrl-C stops it.`,
      );
      await stopped;
    }
  } finally {
    await stop();
  }
}

async function runDemo(access: StackAccess, options: DemoOptions, begun: number): Promise<void> {
  const api = new ApiClient(access.api, access.apiKey);
  const mark = randomUUID();
  await setDemoClock(access);
  say('Importing customers …');
  const imported = await importAudience(access, api, options, mark);
  say(`  ${imported.created} created, ${imported.updated} updated, ${imported.rejectedCount} rejected`);
  for (const { line, message } of imported.rejected.slice(0, 5)) say(`  line ${line}: ${message}`);
  const scenario = await api.createScenario(await readScenario(options, mark));
  say('Launching …');
  const launched = Date.now();
  const run = await api.launch(scenario.id, randomUUID());
  if (access.temporalUi !== null) {
    say(
      `  Temporal UI: ${access.temporalUi}/namespaces/${access.namespace}/workflows/${encodeURIComponent(run.workflowId)}`,
    );
  }
  const end = await followRun(api, run.id, say);
  const result = await demoResult(access, temporalOf(access), run.id, (Date.now() - launched) / 1_000);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    say(
      `${resultTable(result, end)}\n  ready to launch ${Math.round((launched - begun) / 100) / 10} s after the command`,
    );
  if (result.lost > 0 || (result.duplicates ?? 0) > 0 || end.state !== 'finished') process.exitCode = 1;
}

function temporalOf({ temporalAddress, namespace }: StackAccess): TemporalConfig {
  return { ...temporalConfig(parseEnvironment(inheritedEnvironment()), temporalAddress), namespace };
}

/** With somebody else's provider, what it asks for is made up where the environment does not name it. */
function demoVariables({ provider, providerUrl }: DemoOptions): Variables {
  const variables = inheritedEnvironment();
  const named = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  if (providerUrl === undefined) return { TIMINGS: 'demo', ...named, PROVIDER: provider };
  const address = { [ADDRESSES[provider]]: providerUrl };
  return { TIMINGS: 'demo', ...MADE_UP[provider], ...named, ...address, PROVIDER: provider };
}

/** The door of each vendor that `--provider-url` names. */
const ADDRESSES: Readonly<Record<Vendor, string>> = { infobip: 'INFOBIP_BASE_URL', sinch: 'SINCH_BASE_URL' };
const MADE_UP: Readonly<Record<Vendor, Variables>> = {
  infobip: { INFOBIP_API_KEY: 'demo' },
  sinch: { SINCH_SERVICE_PLAN_ID: 'demo', SINCH_API_TOKEN: 'demo' },
};

/** A stack of its own, or the one that runs already. */
async function openStack(
  variables: Variables,
  options: DemoOptions,
): Promise<{ access: StackAccess; stop: () => Promise<void> }> {
  try {
    const stack = await Stack.start(variables);
    return { access: stack.access, stop: () => stack.stop() };
  } catch (error) {
    if (!(error instanceof StackRunningError) || options.providerUrl !== undefined) throw error;
    say(`Using the stack that runs already (${error.state.access.api}).`);
    return { access: error.state.access, stop: () => Promise.resolve() };
  }
}

try {
  await demo();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
