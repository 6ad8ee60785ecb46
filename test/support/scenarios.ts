/** Parts of scenarios that tests put together. */
export const NOW = { id: 'start', type: 'now' };

export function mms(id: string, config: Record<string, unknown> = {}): object {
  return {
    id,
    type: 'mms',
    config: { category: 'marketing', text: 'Hello {{ customer.externalId }}', ...config },
  };
}

export function wait(id: string, duration: string): object {
  return { id, type: 'wait', config: { for: duration } };
}

/** A chain: every node's `next` leads to the one after it. */
export function chain(name: string, ...nodes: readonly object[]): object {
  const ids = nodes.map((node) => (node as { id: string }).id);
  return { name, nodes, edges: ids.slice(1).map((to, index) => ({ from: ids[index], to })) };
}

/** Ordinary numbers of the exchange 555, each another one; keys are external ids. */
export function ordinaryPhones(count: number, prefix = 'c'): Record<string, string> {
  const areas = [212, 305, 312, 303, 415, 206, 404, 416];
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${prefix}-${index}`,
      `+1${areas[index % areas.length] ?? 212}555${String(200 + Math.floor(index / areas.length)).padStart(4, '0')}`,
    ]),
  );
}
