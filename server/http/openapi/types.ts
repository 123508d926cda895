/**
 * The part of OpenAPI 3.1 that this service's document uses. Published type packages allow all of OpenAPI, so code that
 * reads the document would have to handle references and absent fields that never occur.
 */
import type { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

export type Method = 'get' | 'post';

export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

/** What docs/decisions/0051-interface-changes.md does not promise has this as `x-stability`. */
export type Stability = 'may-change';

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly description?: string; readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | Reference>>;
  readonly 'x-stability'?: Stability;
  readonly security?: readonly Readonly<Partial<Record<TokenScheme, readonly string[]>>>[];
}

/** The names of the security schemes. */
export type TokenScheme = 'readToken' | 'writeToken';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Content;
}

export interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly 'x-stability'?: Stability;
}

/** Bodies by media type. */
export type Content = Readonly<Record<string, { readonly schema?: JsonSchema; readonly example?: unknown }>>;

export interface Reference {
  readonly $ref: string;
}
