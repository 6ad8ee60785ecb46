import { nodeTypeKey } from '../domain/node-kind.ts';
import type { AnyNodeBehaviour, NodeBehaviour } from '../domain/node-run.ts';
import { runCondition } from './condition/v1/run.ts';
import { runExit } from './exit/v1/run.ts';
import { mergeMms, runMms } from './mms/v1/run.ts';
import { runNow } from './now/v1/run.ts';
import { mergeSms, runSms } from './sms/v1/run.ts';
import { mergeWaits, runWait } from './wait/v1/run.ts';

/** Every behaviour by its node type's key: the half of the registry that runs in the workflow sandbox. */
export const NODE_BEHAVIOURS: ReadonlyMap<string, AnyNodeBehaviour> = new Map([
  entry('condition', 1, { run: runCondition }),
  entry('exit', 1, { run: runExit }),
  entry('mms', 1, { run: runMms, merge: mergeMms }),
  entry('now', 1, { run: runNow }),
  entry('sms', 1, { run: runSms, merge: mergeSms }),
  entry('wait', 1, { run: runWait, merge: mergeWaits }),
]);

function entry<Config, State>(
  type: string,
  version: number,
  behaviour: NodeBehaviour<Config, State>,
): [string, AnyNodeBehaviour] {
  // A behaviour is only ever given the configuration that its own type's `walkConfig` made and the state it left.
  return [nodeTypeKey(type, version), behaviour as unknown as AnyNodeBehaviour];
}
