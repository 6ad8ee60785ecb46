import type { ProviderCapabilities } from '../../providers/provider.ts';

/** How long a text may be, by channel. */
export function limitsInWords({
  channels,
  maxText,
  maxSegments,
}: Pick<ProviderCapabilities, 'channels' | 'maxText' | 'maxSegments'>): string {
  return channels
    .map((channel) => {
      const characters = `${channel.toUpperCase()} ${maxText[channel].toLocaleString('en-US')} characters`;
      return channel === 'sms' ? `${characters} and ${maxSegments} segments` : characters;
    })
    .join(', ');
}
