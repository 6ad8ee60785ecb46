import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const schema = z.object({
  phoneKey: z.string(),
  postgresPassword: z.string(),
  webhookSecret: z.string(),
  simulatorApiKey: z.string(),
});

/** What the stack makes up once for this data folder, and must find again at every start. */
export type StackSecrets = z.infer<typeof schema>;

/** Reads the secrets of a data folder; makes them at the first start. Only their owner can read the file. */
export async function stackSecrets(home: string): Promise<StackSecrets> {
  const file = path.join(home, 'secrets.json');
  await mkdir(home, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return schema.parse(JSON.parse(text));
  const secret = (): string => randomBytes(32).toString('base64url');
  const secrets = {
    phoneKey: secret(),
    postgresPassword: secret(),
    webhookSecret: secret(),
    simulatorApiKey: secret(),
  };
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}
