import { ConfigurationError } from '../config/environment.ts';
import { say } from '../stack/say.ts';
import { untilStopped } from '../stack/until-stopped.ts';
import { stopEverything } from './interrupt.ts';
import { measure } from './measure.ts';
import { benchOptions } from './options.ts';
import { benchResult, writeResult } from './result-file.ts';
import { summaryOf } from './summary.ts';

/** `npm run bench`: the engine beside a bare loop and beside one workflow a customer. */
async function bench(args: readonly string[]): Promise<void> {
  const options = benchOptions(args);
  const begun = performance.now();
  const figures = await measure(options);
  const summary = summaryOf(figures, options);
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const result = await benchResult(command, (performance.now() - begun) / 1_000, summary, figures);
  if (options.isWhole) say(`The figures are in ${await writeResult(result)}.`);
  else say(JSON.stringify(figures, null, 2));
  if (summary.machine_too_busy)
    say('The bare loop was so slow that the machine must have been busy with something else.');
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else for (const [name, value] of Object.entries(summary)) say(`  ${name}: ${String(value)}`);
}

const interruption = { begun: false };

/** Ctrl-C ends the processes that are measured, too: they are detached from this one. */
async function untilInterrupted(): Promise<void> {
  await untilStopped();
  interruption.begun = true;
  say('Stopping what is measured …');
  await stopEverything();
  process.exit(130);
}

void untilInterrupted();
try {
  await bench(process.argv.slice(2));
  process.exit();
} catch (error) {
  // What is stopped in the middle of its work fails; that is no news.
  if (!interruption.begun) {
    if (error instanceof ConfigurationError) say(error.message);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  }
}
