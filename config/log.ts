import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Anything that looks like a phone number, with or without its plus. */
const PHONE_NUMBER = /\+\d{7,15}\b|(?<![\w-])1\d{10}(?![\w-])/g;
/** The parts of a JSON text that can hold one: strings, names of fields and numbers. */
const JSON_VALUE = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * A logger that writes one JSON object a line to standard output.
 *
 * Of an error it writes name, code and message only; whatever looks like a phone number is masked, so that a
 * message of a library can't carry one out.
 */
export function createLog(name: string, level: LogLevel): Logger {
  return pino(
    {
      level,
      base: { process: name },
      serializers: { err: plainError },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line: string) => process.stdout.write(line.replace(JSON_VALUE, masked)) },
  );
}

/** A JSON value as it was, or as a text without the phone numbers in it. */
function masked(json: string): string {
  const text = String(JSON.parse(json) as unknown);
  const harmless = text.replace(PHONE_NUMBER, '[number]');
  return harmless === text ? json : JSON.stringify(harmless);
}

function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, code, message: error.message, at: error.stack?.split('\n')[1]?.trim() };
}
