import ipaddr from 'ipaddr.js';

/** Public by their number, and yet no stranger's: Azure's own services answer there on every machine of it. */
const NOT_PUBLIC: ReadonlySet<string> = new Set(['168.63.129.16']);
/** All that has been given out of IPv6; what lies outside belongs to nobody, or to this network. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address belongs to a host on the internet: not to this machine, its network, a cloud's services, a group of hosts,
 * nor to an IPv4 address in the clothes of IPv6, unless that itself is public.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || NOT_PUBLIC.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
}
