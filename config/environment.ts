import { z } from 'zod';
import { API_KEY_PATTERN } from '../domain/api-key.ts';
import { TIMING_PROFILES } from '../domain/timings.ts';
import { VENDOR_NAMES } from '../domain/vendors.ts';
import { credentialKeysSchema } from './credential-keys.ts';
import { LOG_LEVELS } from './log.ts';

/** Values of the environment, or of a file in its form. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A configuration that can't be used; the message names every variable that is wrong and says why. */
export class ConfigurationError extends Error {
  readonly code = 'bad_configuration';
}

const wholeNumber = (min: number, max: number, of = ''): z.ZodType<number> =>
  z.coerce.number(`must be a whole number${of} from ${min} to ${max}`).int().min(min).max(max);
const port = z.coerce.number('must be a port number').int().min(1).max(65_535);
const url = (protocol: RegExp, example: string): z.ZodType<string> =>
  z
    .url({ protocol, error: `must be an address such as ${example}` })
    .transform((text) => text.replace(/\/$/, ''));
const httpUrl = url(/^https?$/, 'https://api.example.com');
const milliseconds = wholeNumber(0, 600_000, ' of milliseconds');
const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const webhookSecret = z
  .string()
  .min(16, 'must have at least 16 characters')
  .max(500, 'must have at most 500 characters');
/** Of basic authentication, which ends it at a colon. */
const userName = z.string().regex(/^[^:]{1,100}$/, 'must have at most 100 characters and no colon');
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header');

/** What must be there before a project may call everybody. */
const LIVE_IS_MISSING =
  'live is not offered yet: frequency policies, proof of consent, registrations of senders, the windows of states and answers to ' +
  'STOP and HELP are missing';

/** `+12125550100,+12125550101` */
const phoneNumbers = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(
    z.array(
      z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a list of numbers such as +12125550100,+12125550101'),
    ),
  );

/** Every variable that the engine reads; an empty value counts as not given. */
export const VARIABLES = {
  TIDINGS_HOME: z.string(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  TIMINGS: z.enum(TIMING_PROFILES, `must be one of ${TIMING_PROFILES.join(', ')}`),
  TIMINGS_DIVISOR: wholeNumber(1, 1_000),
  PROVIDER: z.enum(VENDOR_NAMES, `must be one of ${VENDOR_NAMES.join(', ')}`),
  MODE: z
    .enum(['simulator', 'allow-list', 'live'], 'must be simulator or allow-list')
    .refine((mode) => mode !== 'live', LIVE_IS_MISSING),
  TEST_NUMBERS: phoneNumbers,
  API_HOST: z.string(),
  API_PORT: port,
  PUBLIC_URL: httpUrl,
  MEDIA_FROM_LOOPBACK: flag,
  API_KEY: z.string().regex(API_KEY_PATTERN, 'must be a key that npm run api-key made'),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgresql://user:password@host:5432/tidings'),
  DATABASE_CONNECTIONS: wholeNumber(2, 500),
  POSTGRES_PORT: port,
  PHONE_KEY: z.string().min(32, 'must have at least 32 characters'),
  CREDENTIAL_KEYS: credentialKeysSchema,
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d+$/, 'must be host:port, such as temporal.example.com:7233'),
  TEMPORAL_NAMESPACE: z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'must be a namespace name'),
  TEMPORAL_TLS: flag,
  TEMPORAL_API_KEY: z.string(),
  TEMPORAL_UI_URL: httpUrl,
  TEMPORAL_PORT: port,
  TEMPORAL_UI_PORT: port,
  SENDER_NUMBER: z
    .string()
    .regex(/^\+?\d{3,15}$|^[A-Za-z0-9 ]{1,11}$/, 'must be 3-15 digits or up to 11 characters'),
  INFOBIP_BASE_URL: httpUrl,
  INFOBIP_API_KEY: z.string(),
  INFOBIP_WEBHOOK_AUTH: z.enum(['token', 'basic', 'header', 'hmac'], 'must be token, basic, header or hmac'),
  INFOBIP_WEBHOOK_SECRET: webhookSecret,
  INFOBIP_WEBHOOK_USERNAME: userName,
  INFOBIP_WEBHOOK_HEADER: headerName,
  INFOBIP_MESSAGES_PER_CALL: wholeNumber(1, 100),
  SINCH_BASE_URL: httpUrl,
  SINCH_SERVICE_PLAN_ID: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a service plan'),
  SINCH_API_TOKEN: z.string(),
  SINCH_WEBHOOK_AUTH: z.enum(['token', 'basic', 'header', 'sinch'], 'must be token, basic, header or sinch'),
  SINCH_WEBHOOK_SECRET: webhookSecret,
  SINCH_WEBHOOK_USERNAME: userName,
  SINCH_WEBHOOK_HEADER: headerName,
  SINCH_MMS_BASE_URL: httpUrl,
  SINCH_MMS_SERVICE_ID: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a service'),
  SINCH_MMS_API_KEY: z.string(),
  CRASH_POINTS: z.string(),
  WORKERS: wholeNumber(1, 64),
  SIMULATOR_HOST: z.string(),
  SIMULATOR_PORT: port,
  SIMULATOR_LATENCY_MS: milliseconds,
  SIMULATOR_REPORT_DELAY_MS: milliseconds,
  SIMULATOR_REPORT_SPREAD_MS: milliseconds,
  SIMULATOR_REPORTS_PER_POST: wholeNumber(1, 2_000),
  SIMULATOR_LOOKUP_LAG_MS: milliseconds,
  SIMULATOR_MAX_PER_SECOND: wholeNumber(1, 100_000),
  SIMULATOR_RETRY_SPEEDUP: wholeNumber(1, 10_000),
  SIMULATOR_CHECKS_MEDIA: flag,
} satisfies Record<string, z.ZodType>;

const environmentSchema = z.object(VARIABLES).partial();
export type Environment = z.output<typeof environmentSchema>;

/** Reads every variable once. @throws ConfigurationError that names all bad ones at once; it never prints a value */
export function parseEnvironment(variables: Variables): Environment {
  const given = Object.fromEntries(
    Object.keys(VARIABLES).flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])),
  );
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  throw new ConfigurationError(problems.join('\n'));
}

/** Refuses a start without variables that must be there. */
export function requireVariables<K extends keyof Environment>(
  environment: Environment,
  names: readonly K[],
  why: string,
): { readonly [N in K]-?: NonNullable<Environment[N]> } {
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length > 0) throw new ConfigurationError(`${missing.join(', ')} must be set: ${why}`);
  return environment as { readonly [N in K]-?: NonNullable<Environment[N]> };
}
