import { pino, type Logger as PinoLogger } from 'pino';
import { maskNumbers } from '../domain/mask-numbers.ts';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

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

/** Lets the process end with exit code 1 on an error that nobody caught, told by the log like any other. */
export function exitOnUncaught(log: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error({ err: error }, 'an error was not caught; the process ends');
      process.exit(1);
    });
  }
}

/** A JSON value as it was, or as a text without the phone numbers in it. */
function masked(json: string): string {
  const text = String(JSON.parse(json) as unknown);
  const harmless = maskNumbers(text);
  return harmless === text ? json : JSON.stringify(harmless);
}

function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, code, message: error.message, at: error.stack?.split('\n')[1]?.trim() };
}
