import { CustomerProblem } from '../../domain/customer-record.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { ApiProblem } from '../problem.ts';
import type { FieldTarget } from './field-names.ts';

export type ColumnType = 'text' | 'number' | 'boolean' | 'date';
const COLUMN_TYPES: readonly ColumnType[] = ['text', 'number', 'boolean', 'date'];

export interface Column {
  readonly name: string;
  readonly target: FieldTarget;
  readonly type: ColumnType;
}

/**
 * The columns that the first record of a file names.
 * @throws ApiProblem `bad_import_header` with everything that is wrong with it
 */
export function columnsOf(
  header: readonly string[],
  targetOf: (name: string) => FieldTarget,
): readonly Column[] {
  const problems: Problem[] = [];
  const separator = foreignSeparator(header);
  if (separator !== undefined) {
    const message = `The file is separated by ${separator}; use commas.`;
    throw new ApiProblem('bad_import_header', message, {
      problems: [{ pointer: '', code: 'bad_column', message }],
    });
  }
  const seen = new Set<string>();
  const columns = header.map((cell, index): Column => {
    const [name, type] = splitType(cell.trim());
    const problem = (code: string, message: string): Column => {
      problems.push({ pointer: pointerOf(index), code, message });
      return { name, target: { kind: 'attribute', name }, type: 'text' };
    };
    if (name === '') return problem('bad_column', `Column ${index + 1} has no name.`);
    if (seen.has(name)) return problem('bad_column', `The column "${name}" is there twice.`);
    seen.add(name);
    if (type !== undefined && !isColumnType(type)) {
      return problem('bad_column', `"${cell}" has no known type.${suggest(type, COLUMN_TYPES)}`);
    }
    try {
      const target = targetOf(name);
      if (type !== undefined && target.kind !== 'attribute')
        return problem('bad_column', `"${name}" takes no type: only attributes have one.`);
      return { name, target, type: type ?? 'text' };
    } catch (error) {
      if (error instanceof CustomerProblem) return problem(error.code, error.message);
      throw error;
    }
  });
  if (!seen.has('externalId'))
    problems.push({ pointer: '', code: 'bad_column', message: withoutExternalId(header) });
  if (problems.length === 0) return columns;
  throw new ApiProblem('bad_import_header', problems.map(({ message }) => message).join(' '), { problems });
}

const SEPARATORS = { semicolons: ';', tabs: '\t', bars: '|' } as const;
/** Most columns that a sentence lists. */
const LISTED = 10;

/** What parts the columns instead of commas, if anything else does. */
function foreignSeparator(header: readonly string[]): string | undefined {
  if (header.some((cell) => cell.trim() === 'externalId')) return undefined;
  const parted = ([, character]: [string, string]): boolean =>
    header.join('').split(character).length > header.length;
  return Object.entries(SEPARATORS).find(parted)?.[0];
}

function withoutExternalId(header: readonly string[]): string {
  const found = header.slice(0, LISTED).map((cell) => `"${cell.slice(0, 50)}"`);
  if (header.length > LISTED) found.push('…');
  return `There is no column "externalId". The first line must name the columns; it has ${found.join(', ')}.`;
}

function isColumnType(type: string): type is ColumnType {
  return (COLUMN_TYPES as readonly string[]).includes(type);
}

/** `points:number` → points, number. */
function splitType(cell: string): readonly [string, string?] {
  const colon = cell.lastIndexOf(':');
  return colon === -1 ? [cell] : [cell.slice(0, colon), cell.slice(colon + 1)];
}
