const PREFIX = 'tracking:';

/** Stands for the id of a message that a report names by the provider's own id alone. */
export function trackingReference(providerMessageId: string): string {
  return `${PREFIX}${providerMessageId}`;
}

/** The provider's id in such a reference; undefined for any other text. */
export function providerIdOf(reference: string): string | undefined {
  return reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : undefined;
}
