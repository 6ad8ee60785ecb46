import { parseArgs } from 'node:util';
import { say } from '../../stack/say.ts';
import { nameOfCheck, readMutants, type Check, type Mutant } from './mutant.ts';
import { runCheck, type Verdict } from './run-check.ts';
import { killAll } from './run-program.ts';
import { Workshop } from './workshop.ts';

/**
 * `npm run mutate`: breaks each rule of the design once, in a copy of the tree, and looks whether its check notices.
 *
 * First every check must pass on the tree as it is. `--only TEXT` takes the mutants whose name or check contains it, `--json`
 * ends with one JSON object. Fails when a mutant survives, or its patch no longer applies.
 */
const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } });

interface Result {
  readonly name: string;
  readonly rule: string;
  readonly check: string;
  readonly outcome: 'caught' | 'survived' | 'does not apply' | 'broken';
  readonly says: string;
  readonly seconds: number;
}

const OUTCOMES = { failed: 'caught', passed: 'survived', broken: 'broken' } as const;

async function tryMutant(workshop: Workshop, { name, file, rule, check }: Mutant): Promise<Result> {
  const startedAt = performance.now();
  const result = (outcome: Result['outcome'], says: string): Result => {
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { name, rule, check: nameOfCheck(check), outcome, says, seconds };
  };
  const refused = await workshop.apply(file);
  if (refused !== undefined) return result('does not apply', refused);
  try {
    const verdict = await runCheck(workshop.folder, check);
    return result(OUTCOMES[verdict.kind], verdict.says);
  } finally {
    await workshop.takeBack(file);
  }
}

/** What must be mended before any mutant says something. */
async function failuresUnpatched(workshop: Workshop, checks: readonly Check[]): Promise<readonly string[]> {
  const distinct = new Map(checks.map((check) => [nameOfCheck(check), check]));
  const failures: string[] = [];
  for (const [name, check] of distinct) {
    const verdict: Verdict = await runCheck(workshop.folder, check);
    say(`${verdict.kind === 'passed' ? 'passes' : 'FAILS '}  ${name}`);
    if (verdict.kind !== 'passed') failures.push(`${name}: ${verdict.says}`);
  }
  return failures;
}

async function tryAll(workshop: Workshop, mutants: readonly Mutant[]): Promise<readonly Result[]> {
  say(`The tree as it is, under ${new Set(mutants.map(({ check }) => nameOfCheck(check))).size} checks:`);
  const failures = await failuresUnpatched(
    workshop,
    mutants.map(({ check }) => check),
  );
  if (failures.length > 0) throw new Error(`The tree fails without any mutant:\n${failures.join('\n')}`);
  say(`${mutants.length} mutants:`);
  const results: Result[] = [];
  for (const mutant of mutants) {
    const result = await tryMutant(workshop, mutant);
    results.push(result);
    say(`${result.outcome}  ${result.name} (${result.seconds} s) by ${result.check}`);
    say(`        ${result.outcome === 'caught' ? result.says : `${result.rule}\n${result.says}`}`);
  }
  return results;
}

const workshop = await Workshop.open();
process.on('SIGINT', killAll);
process.on('SIGTERM', killAll);
let results: readonly Result[] = [];
let error: string | undefined;
try {
  const mutants = (await readMutants()).filter(({ name, check }) =>
    `${name} ${nameOfCheck(check)}`.includes(values.only ?? ''),
  );
  if (mutants.length === 0) throw new Error(`There is no mutant "${values.only ?? ''}".`);
  results = await tryAll(workshop, mutants);
} catch (thrown) {
  error = thrown instanceof Error ? thrown.message : String(thrown);
  say(error);
} finally {
  await workshop.close();
}
const caught = results.filter(({ outcome }) => outcome === 'caught').length;
const survivors = results.filter(({ outcome }) => outcome !== 'caught').map(({ name }) => name);
if (!error) say(`${caught} of ${results.length} mutants were caught.`);
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ mutants: results, caught, survivors, ...(error !== undefined && { error }) })}\n`,
  );
}
if (error !== undefined || survivors.length > 0) process.exitCode = 1;
