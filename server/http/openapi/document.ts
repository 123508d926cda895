import { MAX_HEADER_BYTES, TIMEOUTS_MS } from '../../contract.ts';
import { componentSchemas } from './from-zod.ts';
import { paths } from './operations.ts';
import { problemResponses } from './problems.ts';
import type { Operation, Paths, TokenScheme } from './types.ts';

const DESCRIPTION =
  'Records a durable timestamp for every `POST /app`. Times are UTC with microseconds. Errors are problem details ' +
  '(RFC 9457); browsers get them as a page. Every path that supports `GET` also supports `HEAD`. ' +
  'Operations with query parameters answer unknown ones with 400; operations without any ignore them. ' +
  'The request line and headers together may have at most ' +
  `${MAX_HEADER_BYTES / 1024} KB; otherwise the answer is 431. A request that has not arrived completely after ` +
  `${TIMEOUTS_MS.request / 1_000} s is answered with 408. Both close the connection, without problem details. ` +
  'Answers are not cacheable (`Cache-Control: no-store`) unless they document another value. ' +
  'Anything marked `x-stability: may-change` may change or be removed at any time.';

/** Which tokens a service requires. */
export interface RequiredTokens {
  readonly read: boolean;
  readonly write: boolean;
}

/** The OpenAPI document, generated from the schemas and tables that the service itself uses. */
export function openApiDocument(version: string, required: RequiredTokens) {
  return {
    openapi: '3.1.1',
    info: { title: 'Stampede', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    paths: requiring({ readToken: required.read, writeToken: required.write }),
    components: {
      schemas: componentSchemas,
      responses: problemResponses,
      securitySchemes: {
        readToken: { type: 'http', scheme: 'bearer', description: 'The read token' },
        writeToken: { type: 'http', scheme: 'bearer', description: 'The write token' },
      },
    },
  };
}

/** The operations, without the tokens that this service does not require. */
function requiring(tokens: Readonly<Record<TokenScheme, boolean>>): Paths {
  const withRequired = ({ security, ...operation }: Operation): Operation => {
    const kept = security?.filter((scheme) => Object.keys(scheme).every((name) => tokens[name as TokenScheme])) ?? [];
    return { ...operation, ...(kept.length > 0 && { security: kept }) };
  };
  const entries = Object.entries(paths).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => [method, withRequired(operation)]);
    return [path, Object.fromEntries(operations)];
  });
  return Object.fromEntries(entries);
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;
