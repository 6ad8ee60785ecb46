import type { Queryable } from './pool.ts';
import type { SeededIntegration } from './seed-integration.ts';

/** The sender profile `default` as the configuration wants it. */
export interface SeedSender {
  readonly value: string;
  /** Keys of the integrations that it sends through. */
  readonly through: { readonly sms: string; readonly mms: string };
}

/** What the configuration wanted of the sender when it was last carried out. */
interface SenderWish {
  readonly value: string;
  readonly sms: string;
  readonly mms: string;
}

/** @returns undefined before the first time */
export async function lastSenderWish(
  connection: Queryable,
  projectId: string,
): Promise<SenderWish | undefined> {
  const { rows } = await connection.query<{ seeded: SenderWish | null }>(
    `SELECT seeded FROM sender_profile WHERE project_id = $1 AND key = 'default'`,
    [projectId],
  );
  return rows[0]?.seeded ?? undefined;
}

/** The integrations that the sender is to send through from now on, by key. */
export function newlyWanted(last: SenderWish | undefined, { sms, mms }: SeedSender['through']): Set<string> {
  return new Set([...(last?.sms === sms ? [] : [sms]), ...(last?.mms === mms ? [] : [mms])]);
}

/**
 * Makes the sender, or changes of it what the configuration wants otherwise than it did last; an integration that had to be made
 * (again) is sent through from now on.
 */
export async function seedSender(
  connection: Queryable,
  projectId: string,
  { value, through }: SeedSender,
  seeded: ReadonlyMap<string, SeededIntegration>,
): Promise<void> {
  const last = await lastSenderWish(connection, projectId);
  const idFor = (channel: 'sms' | 'mms'): string | null => {
    const integration = seeded.get(through[channel]);
    const isOther = last?.[channel] !== through[channel] || integration?.isNew;
    return isOther ? (integration?.id ?? null) : null;
  };
  await connection.query(
    `INSERT INTO sender_profile
       (project_id, key, label, value, sms_integration_id, mms_integration_id, is_default, seeded)
     VALUES ($1, 'default', 'Default', $2, $4, $5, true, $6)
     ON CONFLICT (project_id, key) DO UPDATE SET
       value = COALESCE($3, sender_profile.value),
       sms_integration_id = COALESCE($4, sender_profile.sms_integration_id),
       mms_integration_id = COALESCE($5, sender_profile.mms_integration_id),
       seeded = $6`,
    [
      projectId,
      value,
      last?.value === value ? null : value,
      idFor('sms'),
      idFor('mms'),
      JSON.stringify({ value, ...through } satisfies SenderWish),
    ],
  );
}
