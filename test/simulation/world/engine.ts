import { memoryOfSavedContent } from '../../support/saved-content.ts';
import { Context } from '@temporalio/activity';
import { Pool as HttpPool, type Dispatcher } from 'undici';
import type { Dependencies } from '../../../activities/dependencies.ts';
import type { Logger } from '../../../config/log.ts';
import { serviceConfig } from '../../../config/service.ts';
import type { Pool } from '../../../database/pool.ts';
import { ProviderRegistry, type IntegrationRef } from '../../../providers/registry.ts';
import type { RenderPool, RenderRequest } from '../../../templates/render-pool.ts';
import { createDependencies } from '../../../worker/dependencies.ts';
import { IDS, INFOBIP } from './fixture.ts';
import type { ProcessName } from './simulated-process.ts';

/** Whoever takes a call that `undici` would make. */
export type Dispatch = (
  from: ProcessName,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
) => void;

let dispatch: Dispatch = () => undefined;

/** Says where the calls of the simulation that is under way go. */
export function useDispatch(given: Dispatch): void {
  dispatch = given;
}

/** Lets the calls of this whole process stay in the simulation, and every activity go on until its process dies. */
export function installEngine(): void {
  HttpPool.prototype.dispatch = function (options, handler) {
    dispatch(callerOf(options.headers), options, handler);
    return true;
  };
  Context.current = () => ACTIVITY;
}

/** Every process has a key of its own. */
function callerOf(headers: Dispatcher.DispatchOptions['headers']): ProcessName {
  const given = headers as Readonly<Record<string, string>>;
  return (given['authorization'] ?? '').replace('App ', '') as ProcessName;
}

// Of its context an activity only asks whether it should stop.
const ACTIVITY = { cancellationSignal: { aborted: false } } as unknown as Context;

const INTEGRATION: IntegrationRef = {
  id: IDS.integration,
  key: 'infobip',
  revision: 1,
  provider: 'infobip',
  ...INFOBIP,
};

const config = serviceConfig({
  DATABASE_URL: 'postgresql://simulated',
  PHONE_KEY: 'a phone key that is used in simulations only',
  CREDENTIAL_KEYS: `simulated:${'A'.repeat(43)}`,
  TEMPORAL_ADDRESS: 'simulated:7233',
  PUBLIC_URL: 'http://127.0.0.1:2',
  // Waits as in production: they cost nothing here.
  TIMINGS: 'production',
});
export const TIMINGS = config.timings;

/** A process keeps its adapter over its lives: an adapter remembers nothing of its calls. */
const registries = new Map<ProcessName, ProviderRegistry>();

function registryOf(name: ProcessName): ProviderRegistry {
  const known = registries.get(name);
  if (known) return known;
  const secrets = {
    credentials: { apiKey: name },
    webhook: { secret: 'simulated webhooks', formers: [] },
  };
  const registry = new ProviderRegistry({
    secretsOf: () => secrets,
    publicUrl: config.publicUrl,
    savedContent: memoryOfSavedContent(),
  });
  registries.set(name, registry);
  return registry;
}

/** The adapter as the webhooks of the API use it. */
export function adapterOf(name: ProcessName): ReturnType<ProviderRegistry['get']> {
  return registryOf(name).get(INTEGRATION);
}

const ignored = (): void => undefined;
// Of a logger the engine calls these three only, and of a render pool only `render`.
const log = { info: ignored, warn: ignored, error: ignored } as unknown as Logger;
const renderPool = {
  render: ({ templates, customers }: RenderRequest) =>
    Promise.resolve(customers.map(() => ({ texts: templates }))),
} as unknown as RenderPool;

/** Everything that the engine's own code in one life of a process is made of. */
export function engineOf(name: ProcessName, pool: Pool): Dependencies {
  return { ...createDependencies({ config, log, pool }), providers: registryOf(name), renderPool };
}
