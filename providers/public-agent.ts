import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** A connection that was not made, because it would have led to somewhere else than the internet. */
export class PrivateAddressError extends Error {
  readonly code = 'private_address';

  constructor() {
    super('The address leads to a host that is not on the internet.');
    this.name = 'PrivateAddressError';
  }
}

export type Resolve = (
  hostname: string,
  options: LookupOptions,
  /** Without addresses where there is an error. */
  answer: (error: NodeJS.ErrnoException | null, addresses?: LookupAddress[]) => void,
) => void;

export interface PublicAgentOptions {
  /** Whether this machine may be connected to as well. Default false. */
  readonly allowLoopback?: boolean;
  /** Asks the names' servers. */
  readonly resolve?: Resolve;
}

const CONNECT_MS = 5_000;

/**
 * Makes connections to hosts on the internet alone.
 *
 * What a name stands for is asked once for each connection and looked at where the connection is made, so that a name which changes its
 * meaning between two looks gains nothing. A name of which a single address is not public is refused.
 */
export function publicAgent({
  allowLoopback = false,
  resolve: ask = resolveAll,
}: PublicAgentOptions = {}): Agent {
  const isAllowed = (address: string): boolean =>
    isPublicAddress(address) || (allowLoopback && isLoopbackAddress(address));
  const connect = buildConnector({
    timeout: CONNECT_MS,
    lookup: (hostname, options, answer) => {
      ask(hostname, { ...options, all: true }, (error, addresses = []) => {
        const [first] = addresses;
        const isRefused = !first || !addresses.every(({ address }) => isAllowed(address));
        if (error || isRefused) answer(error ?? new PrivateAddressError(), '', 0);
        else if (options.all) answer(null, addresses);
        else answer(null, first.address, first.family);
      });
    },
  });
  return new Agent({
    connections: 1,
    pipelining: 0,
    connect: (options, done) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // Nobody is asked about what is an address already.
      if (isIP(host) !== 0 && !isAllowed(host)) done(new PrivateAddressError(), null);
      else connect(options, done);
    },
  });
}

function resolveAll(...[hostname, options, answer]: Parameters<Resolve>): void {
  resolve(hostname, { ...options, all: true }, answer);
}
