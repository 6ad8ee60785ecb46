import { ConfigurationError, type Environment } from '../config/environment.ts';
import { isLoopback } from '../config/loopback.ts';
import { API_PATHS, SIMULATOR_PATHS } from '../config/simulator-paths.ts';
import type { ProviderName } from '../domain/provider-names.ts';

/** Where a provider is, and what the configuration calls what it needs. */
export interface Door {
  readonly provider: ProviderName;
  readonly baseUrl: string;
  /** Of our own simulator; else undefined. */
  readonly simulator: string | undefined;
}

interface Variables {
  readonly address: keyof Environment;
  /** What must stand beside an address. */
  readonly needed: readonly (keyof Environment)[];
}

const VARIABLES: Readonly<Record<ProviderName, Variables>> = {
  infobip: { address: 'INFOBIP_BASE_URL', needed: ['INFOBIP_API_KEY'] },
  'sinch-sms': { address: 'SINCH_BASE_URL', needed: ['SINCH_SERVICE_PLAN_ID', 'SINCH_API_TOKEN'] },
  'sinch-mms': { address: 'SINCH_MMS_BASE_URL', needed: ['SINCH_MMS_SERVICE_ID', 'SINCH_MMS_API_KEY'] },
};

/** The variable that names where a provider is. */
export function addressVariable(provider: ProviderName): string {
  return VARIABLES[provider].address;
}

/**
 * The providers that the stack makes integrations of: where a variable names an address, that one, else the simulator.
 * @param simulatorUrl undefined where there is none: then a provider without an address is left out
 * @throws ConfigurationError when what must stand beside an address does not
 */
export function doorsOf(environment: Environment, simulatorUrl: string | undefined): readonly Door[] {
  return (Object.keys(VARIABLES) as ProviderName[]).flatMap((provider): Door[] => {
    const { address, needed } = VARIABLES[provider];
    const baseUrl = environment[address];
    if (typeof baseUrl === 'string') {
      const missing = needed.filter((name) => environment[name] === undefined);
      if (missing.length > 0)
        throw new ConfigurationError(`${missing.join(', ')} must be set: ${address} names a provider.`);
      return [{ provider, baseUrl, simulator: undefined }];
    }
    if (simulatorUrl === undefined) return [];
    const simulator = simulatorUrl + SIMULATOR_PATHS[provider];
    return [{ provider, baseUrl: simulator + API_PATHS[provider], simulator }];
  });
}

/** Whether all of them are on this machine, so that nothing can leave it. */
export function areLocal(doors: readonly Door[]): boolean {
  return doors.every(({ baseUrl }) => isLoopback(baseUrl));
}
