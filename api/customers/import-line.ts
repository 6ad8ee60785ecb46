import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { FieldTarget } from './field-names.ts';

/** Longest line, or record of a CSV file, in bytes. */
export const MAX_LINE_BYTES = 262_144;

/** A line of an import: a customer, or why it can't be taken. */
export type ImportLine =
  | { readonly line: number; readonly record: CustomerRecord }
  | { readonly line: number; readonly reason: string; readonly message: string };

export interface ImportContext {
  /** What a name stands for. @throws CustomerProblem */
  readonly targetOf: (name: string) => FieldTarget;
  readonly now: number;
}

export function importLine(line: number, read: () => CustomerRecord): ImportLine {
  try {
    return { line, record: read() };
  } catch (error) {
    if (error instanceof CustomerProblem) return { line, reason: error.code, message: error.message };
    throw error;
  }
}
