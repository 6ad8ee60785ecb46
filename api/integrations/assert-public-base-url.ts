import { isIP } from 'node:net';
import { readGateSettings } from '../../database/launch-facts.ts';
import type { Queryable } from '../../database/pool.ts';
import { isPublicAddress } from '../../providers/public-address.ts';
import { ApiProblem } from '../problem.ts';

/** Names that stand for this machine or its network, whoever is asked. */
const LOCAL_NAMES = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;

/**
 * Refuses a provider on this machine or its network, unless nothing of the project leaves the machine anyway: whoever has an API key
 * could else have its services called.
 *
 * What a name stands for is not looked up.
 * @throws ApiProblem `bad_body`
 */
export async function assertPublicBaseUrl(
  database: Queryable,
  projectId: string,
  baseUrl: string,
): Promise<void> {
  if (isPublicHost(new URL(baseUrl).hostname)) return;
  const { mode } = await readGateSettings(database, projectId);
  if (mode === 'simulator') return;
  const message = `The project is in mode ${mode}: name a host on the internet. Providers on this machine or its network are for mode simulator.`;
  throw new ApiProblem('bad_body', message, {
    problems: [{ pointer: '/baseUrl', code: 'private_address', message }],
  });
}

/** Whether a host of a URL can be a stranger's. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return isPublicAddress(host);
  return host.includes('.') && !LOCAL_NAMES.test(host);
}
