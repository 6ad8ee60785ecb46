import { request } from 'undici';
import { z } from 'zod';
import { SIMULATOR_PATHS } from '../config/simulator-paths.ts';
import { until } from './patience.ts';
import type { Rig } from './rig.ts';
import type { Stop } from './stops.ts';

const sentSchema = z.object({ id: z.string() });
const fatesSchema = z.object({ messages: z.array(z.object({ id: z.string(), taken: z.boolean() })) });

/**
 * Lets the handset of a number write STOP to the sender: the provider posts that until the engine takes it.
 * @throws Impatience when nobody takes it
 */
export async function writeStop(rig: Pick<Rig, 'access' | 'vendor' | 'query'>, phone: string): Promise<Stop> {
  const [provider] = rig.vendor.providers;
  const path = provider === undefined ? '' : SIMULATOR_PATHS[provider];
  const address = `${rig.access.simulator ?? ''}${path}/_simulator/inbound`;
  const [sender] = await rig.query<{ value: string }>(
    `SELECT value FROM sender_profile WHERE key = 'default'`,
  );
  const askedAt = Date.now();
  const order = { from: phone, to: sender?.value ?? '', text: 'STOP' };
  const sent = await request(address, { method: 'POST', body: JSON.stringify(order) });
  const { id } = sentSchema.parse(await sent.body.json());
  await until('an inbound STOP that is taken', async () => {
    const { body } = await request(address);
    const { messages } = fatesSchema.parse(await body.json());
    return messages.some((message) => message.id === id && message.taken) ? true : undefined;
  });
  return { phone, askedAt, answeredAt: Date.now(), isWritten: true };
}
