import type { Environment } from './environment.ts';

/** Which Temporal is used, and how it is reached. */
export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey: string | undefined;
}

/** The Temporal at this address, with what the environment says of it. */
export function temporalConfig(environment: Environment, address: string): TemporalConfig {
  return {
    address,
    namespace: environment.TEMPORAL_NAMESPACE ?? 'default',
    tls: environment.TEMPORAL_TLS ?? environment.TEMPORAL_API_KEY !== undefined,
    apiKey: environment.TEMPORAL_API_KEY,
  };
}

/** What every connection of the SDK is made with. */
export function connectionOptions({ address, tls, apiKey }: TemporalConfig): {
  address: string;
  tls: boolean;
  apiKey?: string;
} {
  return { address, tls, ...(apiKey !== undefined && { apiKey }) };
}
