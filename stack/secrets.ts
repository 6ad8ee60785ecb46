import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const schema = z.object({
  phoneKey: z.string(),
  postgresPassword: z.string(),
  webhookSecret: z.string(),
  simulatorApiKey: z.string(),
  /** 32 bytes in base64. */
  credentialKey: z.string(),
});

/** What the stack makes up once for this data folder, and must find again at every start. */
export type StackSecrets = z.infer<typeof schema>;

/**
 * Reads the secrets of a data folder; makes those that are not there yet, at the first start or after an update. Only their
 * owner can read the file.
 */
export async function stackSecrets(home: string): Promise<StackSecrets> {
  const file = path.join(home, 'secrets.json');
  await mkdir(home, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const known = text === undefined ? {} : schema.partial().parse(JSON.parse(text));
  const secret = (): string => randomBytes(32).toString('base64url');
  const secrets = {
    phoneKey: known.phoneKey ?? secret(),
    postgresPassword: known.postgresPassword ?? secret(),
    webhookSecret: known.webhookSecret ?? secret(),
    simulatorApiKey: known.simulatorApiKey ?? secret(),
    credentialKey: known.credentialKey ?? secret(),
  };
  if (Object.keys(known).length === Object.keys(secrets).length) return secrets;
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}
