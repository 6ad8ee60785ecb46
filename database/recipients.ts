import type { Connection } from './pool.ts';

/** A number of a project, known by its hash alone. */
export interface RecipientNumber {
  readonly projectId: string;
  readonly phoneHash: Buffer;
  readonly country: string | null;
  readonly lineType: string | null;
}

/** The row of a number, made where it was never heard of; it is not locked. */
export async function ensureRecipient(
  connection: Connection,
  { projectId, phoneHash, country, lineType }: RecipientNumber,
): Promise<string> {
  await connection.query(
    `INSERT INTO recipient (project_id, phone_hash, country, line_type) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [projectId, phoneHash, country, lineType],
  );
  const { rows } = await connection.query<{ id: string }>(
    'SELECT id FROM recipient WHERE project_id = $1 AND phone_hash = $2',
    [projectId, phoneHash],
  );
  if (!rows[0]) throw new Error('A recipient that was stored is there.');
  return rows[0].id;
}
