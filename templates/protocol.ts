import type { JsonObject } from '../domain/json.ts';

/** One batch for a render process: the same templates for every customer. */
export interface RenderJob {
  readonly id: number;
  /** Sources by name. */
  readonly templates: Readonly<Record<string, string>>;
  /** What every customer's template can read beside `customer`. */
  readonly shared: JsonObject;
  readonly customers: readonly JsonObject[];
  /** What each customer's template can read as `message`, in the same order. Default: nothing. */
  readonly messages?: readonly JsonObject[];
}

export type RenderResult = { readonly texts: Readonly<Record<string, string>> } | { readonly error: string };

export interface RenderAnswer {
  readonly id: number;
  readonly results: readonly RenderResult[];
}
