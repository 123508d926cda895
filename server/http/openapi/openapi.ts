import * as schemas from '../schemas.ts';
import type { OpenApiDocument } from './document.ts';
import { componentSchemas } from './from-zod.ts';
import { problemResponses } from './problems.ts';
import { instancePaths, toolPaths } from './service.ts';
import { timestampPaths } from './timestamps.ts';
import { userPaths } from './users.ts';

const DESCRIPTION =
  'Records a timestamp for every `POST /app`, durably. Times are UTC with microseconds. Errors are problem details ' +
  '(RFC 9457); browsers get them as a page. An address has `HEAD` wherever it has `GET`.';

/** The OpenAPI document of the service, made from the schemas and tables that the service itself works by. */
export const openApiDocument = (version: string): OpenApiDocument => ({
  openapi: '3.1.1',
  info: { title: 'Stampede', version, description: DESCRIPTION },
  servers: [{ url: '/' }],
  paths: { ...timestampPaths, ...instancePaths, ...userPaths, ...toolPaths },
  components: {
    schemas: componentSchemas(
      schemas.RecordSchema,
      schemas.RecordPageSchema,
      schemas.InstanceSchema,
      schemas.HealthSchema,
      schemas.NewUserSchema,
      schemas.UserSchema,
      schemas.UserPageSchema,
      schemas.LoadResultSchema,
      schemas.ProblemSchema,
    ),
    responses: problemResponses(),
    securitySchemes: {
      readToken: { type: 'http', scheme: 'bearer', description: 'Only where `READ_TOKEN` is set' },
    },
  },
});
