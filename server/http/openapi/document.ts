import { componentSchemas } from './from-zod.ts';
import { paths } from './operations.ts';
import { problemResponses } from './problems.ts';

const DESCRIPTION =
  'Records a durable timestamp for every `POST /app`. Times are UTC with microseconds. Errors are problem details ' +
  '(RFC 9457); browsers get them as a page. Every path that supports `GET` also supports `HEAD`.';

/** The OpenAPI document, generated from the schemas and tables that the service itself uses. */
export function openApiDocument(version: string) {
  return {
    openapi: '3.1.1',
    info: { title: 'Stampede', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: componentSchemas,
      responses: problemResponses,
      securitySchemes: {
        readToken: { type: 'http', scheme: 'bearer', description: 'Required only if `READ_TOKEN` is set' },
      },
    },
  };
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;
