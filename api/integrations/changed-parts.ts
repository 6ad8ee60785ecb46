import { z } from 'zod';
import type { IntegrationSecrets } from '../../database/integration-secrets.ts';
import type { IntegrationRow } from '../../database/read-integration.ts';
import { isProviderName } from '../../providers/catalogue.ts';
import { parseInput } from '../parse-input.ts';
import { ApiProblem } from '../problem.ts';
import { integrationParts, type integrationChange } from '../schemas/integration.ts';

type Change = z.output<typeof integrationChange>;
type PartName = keyof ReturnType<typeof integrationParts>;
type Fields = Readonly<Record<string, unknown>>;
interface Parts extends Readonly<Record<PartName, unknown>> {
  readonly credentials: Fields;
  readonly webhook: Fields;
}

const NAMES = [
  'baseUrl',
  'settings',
  'credentials',
  'webhook',
  'messagesPerCall',
  'messagesPerSecond',
] as const;
const SECRET = ['credentials', 'webhook'] as const;

/** What is written of an integration, be it good or only as good as it was. */
const writable = z.object({
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), z.string()),
  webhook: z.looseObject({ secret: z.string() }),
  messagesPerCall: z.number(),
  messagesPerSecond: z.number().nullable(),
});
const writableInTheOpen = writable.omit({ credentials: true, webhook: true }).extend({
  baseUrl: z.string().nullable(),
});

export type ChangedParts =
  | { readonly whole: z.output<typeof writable> }
  /** Of one whose credentials are not there or can't be read now, and stay as they are. */
  | { readonly open: z.output<typeof writableInTheOpen> };

/**
 * What a change makes of an integration. A part that it names, and every part that is good, must be good afterwards; one that is not
 * good already, and that it does not name, stays as it is.
 * @throws ApiProblem `bad_body`
 */
export function changedParts(
  row: IntegrationRow,
  secrets: IntegrationSecrets | undefined,
  change: Change,
): ChangedParts {
  if (!isProviderName(row.provider))
    throw new ApiProblem(
      'bad_body',
      `There is no provider "${row.provider}" any more: the integration can only be removed.`,
    );
  const schemas = integrationParts(row.provider);
  const before = partsBefore(row, secrets);
  const isSameHost = staysOnHost(change.baseUrl, row.baseUrl);
  const after = partsAfter(before, change, { schema: schemas.credentials, isSameHost });
  const staysSealed =
    !secrets && isSameHost && !change.credentials && !change.webhook && !change.forgetFormerWebhooks;
  const mustBeGood = (name: PartName): boolean => {
    if (change[name] !== undefined || schemas[name].safeParse(before[name]).success) return true;
    const isSecret = SECRET.some((secret) => secret === name);
    return isSecret && !staysSealed && (!secrets || (name === 'credentials' && !isSameHost));
  };
  const strict = NAMES.filter(mustBeGood);
  const only = <T>(parts: Readonly<Record<PartName, T>>): Record<string, T> =>
    Object.fromEntries(strict.map((name) => [name, parts[name]]));
  const good = parseInput(z.strictObject(only<z.ZodType>(schemas)), only(after), 'bad_body');
  const all = { ...after, ...good };
  return staysSealed
    ? { open: parseInput(writableInTheOpen, all, 'bad_body') }
    : { whole: parseInput(writable, all, 'bad_body') };
}

function partsBefore(row: IntegrationRow, secrets: IntegrationSecrets | undefined): Parts {
  const { baseUrl, settings, webhook, messagesPerCall, messagesPerSecond } = row;
  const secret = secrets && { secret: secrets.webhook.secret };
  return {
    baseUrl,
    settings,
    credentials: secrets?.credentials ?? {},
    webhook: { ...webhook, ...secret },
    messagesPerCall,
    messagesPerSecond,
  };
}

function partsAfter(
  before: Parts,
  change: Change,
  { schema, isSameHost }: { readonly schema: z.ZodType; readonly isSameHost: boolean },
): Parts {
  const { secret } = before.webhook;
  // Those that are stored go nowhere else: whoever names another host gives its credentials.
  const kept = isSameHost ? before.credentials : {};
  return {
    baseUrl: change.baseUrl ?? before.baseUrl,
    settings: change.settings ?? before.settings,
    credentials: change.credentials ? mergedCredentials(schema, kept, change.credentials) : kept,
    webhook: change.webhook ? { ...(secret !== undefined && { secret }), ...change.webhook } : before.webhook,
    messagesPerCall: change.messagesPerCall ?? before.messagesPerCall,
    messagesPerSecond:
      change.messagesPerSecond === undefined ? before.messagesPerSecond : change.messagesPerSecond,
  };
}

/** Stored ones that the provider knows no more are dropped. */
function mergedCredentials(schema: z.ZodType, kept: Fields, given: Fields): Fields {
  const merged = { ...kept, ...given };
  const issues = schema.safeParse(merged).error?.issues ?? [];
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  return Object.fromEntries(
    Object.entries(merged).filter(([name]) => name in given || !unknown.includes(name)),
  );
}

function staysOnHost(wanted: string | undefined, known: string | null): boolean {
  if (wanted === undefined) return true;
  if (known === null || !URL.canParse(known) || !URL.canParse(wanted)) return false;
  return new URL(wanted).origin === new URL(known).origin;
}
