import { nodeTypeKey } from '../domain/node-kind.ts';
import type { AnyNodeRun, NodeRun } from '../domain/node-run.ts';
import { runCondition } from './condition/v1/run.ts';
import { runExit } from './exit/v1/run.ts';
import { runMms } from './mms/v1/run.ts';
import { runNow } from './now/v1/run.ts';
import { runSms } from './sms/v1/run.ts';
import { runWait } from './wait/v1/run.ts';

/** Every behaviour by its node type's key: the half of the registry that runs in the workflow sandbox. */
export const NODE_RUNS: ReadonlyMap<string, AnyNodeRun> = new Map([
  entry('condition', 1, runCondition),
  entry('exit', 1, runExit),
  entry('mms', 1, runMms),
  entry('now', 1, runNow),
  entry('sms', 1, runSms),
  entry('wait', 1, runWait),
]);

function entry<Config, State>(
  type: string,
  version: number,
  run: NodeRun<Config, State>,
): [string, AnyNodeRun] {
  // A behaviour is only ever given the configuration that its own type's `walkConfig` made and the state it left.
  return [nodeTypeKey(type, version), run as unknown as AnyNodeRun];
}
