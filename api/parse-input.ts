import type { z } from 'zod';
import { isStorable } from '../domain/storable.ts';
import { pointerOf, type Problem } from '../domain/validation/problem.ts';
import { asSentence, issueText } from '../nodes/shared/issue-text.ts';
import type { ErrorCode } from './errors.ts';
import { ApiProblem } from './problem.ts';

/** Holds what a request says against a schema. @throws ApiProblem of the code, with every problem that was found */
export function parseInput<T extends z.ZodType>(
  schema: T | undefined,
  value: unknown,
  code: ErrorCode,
): z.output<T> {
  if (!schema) return undefined as z.output<T>;
  if (!isStorable(value)) {
    throw new ApiProblem(
      code,
      "It contains what can't be stored: a NUL character, half a surrogate pair, or too deep a nesting.",
    );
  }
  const unkept = unkeptNames(value);
  const parsed = schema.safeParse(value ?? {}, { error: issueText });
  if (parsed.success && unkept.length === 0) return parsed.data;
  const problems = [...unkept, ...(parsed.error?.issues ?? []).flatMap(problemsOf)];
  throw new ApiProblem(
    code,
    problems.map(({ pointer, message }) => `${pointer || 'The body'}: ${message}`).join(' '),
    { problems },
  );
}

/** Fields that an object of JavaScript does not keep: their name is taken. */
function unkeptNames(value: unknown, path: readonly string[] = []): readonly Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === '__proto__'
      ? [
          {
            pointer: pointerOf(...path, name),
            code: 'bad_field',
            message: `No field can be called "${name}".`,
          },
        ]
      : unkeptNames(part, [...path, name]),
  );
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf(...issue.path, key),
      code: 'unknown_field',
      message: `There is no field "${key}" here. ${issue.message}`.trimEnd(),
    }));
  }
  return [{ pointer: pointerOf(...issue.path), code: 'bad_field', message: asSentence(issue.message) }];
}
