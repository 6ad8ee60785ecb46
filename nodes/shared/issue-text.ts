import type { z } from 'zod';
import { suggest } from '../../domain/validation/suggest.ts';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * A sentence for what a schema found that has no sentence of its own.
 *
 * Says nothing of an unknown field: who shows it names it.
 */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  const name = issue.path?.at(-1);
  if (issue.input === undefined && name !== undefined) return `"${String(name)}" is missing.`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return '';
    case 'invalid_type':
      return `Write ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}.`;
    case 'invalid_value':
      return choiceText(issue.values.map(String), issue.input);
    case 'invalid_format':
      return issue.format === 'uuid' ? 'This is no UUID.' : undefined;
    case 'too_small':
      return boundText(issue.origin, 'least', Number(issue.minimum));
    case 'too_big':
      return boundText(issue.origin, 'most', Number(issue.maximum));
    default:
      return undefined;
  }
}

/** A schema's own words, with the full stop that they may lack. */
export function asSentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  if (typeof input === 'boolean') return String(input);
  return (Array.isArray(input) ? KINDS['array'] : KINDS[typeof input]) ?? 'this';
}

function choiceText(known: readonly string[], input: unknown): string {
  if (typeof input === 'string') return `There is no "${input.slice(0, 50)}".${suggest(input, known)}`;
  return `Write one of: ${known.map((value) => `"${value}"`).join(', ')}.`;
}

function boundText(origin: string, end: 'least' | 'most', bound: number): string {
  if (end === 'least' && bound === 1 && origin !== 'number') return 'This must not be empty.';
  const unit = { string: ' characters', array: ' entries' }[origin] ?? '';
  return `Write at ${end} ${bound}${unit}.`;
}
