import { CUSTOMER_LIMITS, CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { FieldTarget } from './field-names.ts';
import type { Position } from './position.ts';

/** Longest line, or record of a CSV file, in bytes. */
export const MAX_LINE_BYTES = 262_144;

/** Where a line or record stands: the line that it begins at, and where it ends. */
export interface LinePlace {
  readonly line: number;
  readonly end: Position;
}

/** Why a line can't be taken. */
export interface Rejection {
  readonly line: number;
  readonly reason: string;
  readonly message: string;
  /** Of whom it speaks, if it says so. */
  readonly externalId: string | null;
}

/** A line of an import: a customer, or why it can't be taken. */
export type ImportLine = LinePlace & ({ readonly record: CustomerRecord } | Rejection);

export interface ImportContext {
  /** What a name stands for. @throws CustomerProblem */
  readonly targetOf: (name: string) => FieldTarget;
  readonly now: number;
}

/** @param read is given what to tell the externalId to, as soon as it is known */
export function importLine(
  place: LinePlace,
  read: (speaksOf: (externalId: unknown) => void) => CustomerRecord,
): ImportLine {
  let externalId: string | null = null;
  try {
    const record = read((given) => {
      if (typeof given === 'string' || typeof given === 'number')
        externalId = String(given).trim().slice(0, CUSTOMER_LIMITS.externalIdLength) || null;
    });
    return { ...place, record };
  } catch (error) {
    if (error instanceof CustomerProblem)
      return { ...place, reason: error.code, message: error.message, externalId };
    throw error;
  }
}
