import { checkAtRest } from './at-rest.ts';
import { initialRows, readSchema, type Setting } from './fixture.ts';
import { submit } from './jobs.ts';
import { settle } from './settle.ts';
import { take, type Step } from './steps.ts';
import { World } from './world.ts';
import type { Values } from '../sql/values.ts';

const schema = readSchema();
const templates = new Map<string, ReadonlyMap<string, readonly Values[]>>();

function rowsOf(setting: Setting): ReadonlyMap<string, readonly Values[]> {
  const key = JSON.stringify(setting);
  const rows = templates.get(key) ?? initialRows(schema, setting);
  templates.set(key, rows);
  return rows;
}

/** Takes the steps one after the other, then lets everything come to its end. */
export async function simulate(setting: Setting, steps: readonly Step[]): Promise<World> {
  const world = new World(schema, rowsOf(setting), setting);
  await world.begin('worker 1', 'submit', (engine) => submit(world, engine));
  for (const step of steps) {
    await take(world, step);
    if (world.watch.violations.length > 0) return world;
  }
  await settle(world);
  if (world.watch.violations.length === 0) checkAtRest(world);
  return world;
}

/** Everything that happened, up to what must not have. @throws Error */
export function assertNothingBroken({ watch, setting }: World): void {
  if (watch.violations.length === 0) return;
  throw new Error([watch.violations.join('\n'), '', JSON.stringify(setting), ...watch.log].join('\n'));
}
