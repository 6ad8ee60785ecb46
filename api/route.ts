import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Project } from './auth.ts';
import type { IfMatch } from './entity-tag.ts';

export interface ApiRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly project: Project;
  /** To be held against the resource under its lock. */
  readonly ifMatch: IfMatch;
  /** For bodies that are streamed. */
  readonly raw: Request;
}

/** JSON, or a stream that the route writes by itself. */
export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly stream: (response: Response) => Promise<void> };

export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Whether it carries an `ETag` that a change can name. */
  readonly tagged?: true;
}

/** One operation of the API: the same schemas check it and describe it. */
export interface Route<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express's form, with `:name`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: z.ZodObject;
  /** Whether it looks at `If-Match` where it is given; changes of a resource always do, and need it. */
  readonly conditional?: true;
  /** A JSON body. Routes without one may read `raw`. */
  readonly body?: Body;
  /** What else the body may be, for the description only: by content type an example of a text, or a schema. */
  readonly rawBody?: Readonly<Record<string, string | z.ZodType>>;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  readonly handle: (
    request: ApiRequest<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<Answer>;
}

export type AnyRoute = Route;

/** Whether the operation changes a resource that has been read before, and so needs `If-Match`. */
export function changesResource({ method }: AnyRoute): boolean {
  return method === 'put' || method === 'patch' || method === 'delete';
}

/** Whether the operation looks at `If-Match`. */
export function takesIfMatch(route: AnyRoute): boolean {
  return route.conditional === true || changesResource(route);
}

/** Keeps a route's own types for its handler and lets it stand in a list with others. */
export function defineRoute<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  route: Route<Params, Query, Body>,
): AnyRoute {
  // `mount` parses what it passes with the route's own schemas.
  return route;
}
