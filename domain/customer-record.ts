import type { ConsentStatement } from './consent.ts';
import type { JsonValue } from './json.ts';

/** What is said of one customer; what is absent stays as it is. */
export interface CustomerRecord {
  readonly externalId: string;
  /** As given; null removes the number. */
  readonly phone?: string | null;
  readonly timezone?: string | null;
  readonly language?: string | null;
  /** Null removes an attribute. */
  readonly attributes: Readonly<Record<string, JsonValue>>;
  /** By key of the category. */
  readonly consents: Readonly<Record<string, ConsentStatement>>;
}

export const CUSTOMER_LIMITS = {
  externalIdLength: 200,
  attributeNameLength: 100,
  /** Characters of one attribute's JSON. */
  attributeLength: 16_384,
  attributes: 200,
  phoneLength: 40,
} as const;

/** A line or a field of a customer that can't be taken, with a stable code. */
export class CustomerProblem extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
