import { type Request, Router } from 'express';
import { allow } from './app.ts';
import { openApiDocument } from './openapi/openapi.ts';
import type { DocsPage } from './pages/docs-page.ts';

/** Where the reader reached the service. A `Host` that is no host name is not repeated into commands to copy. */
const originOf = (request: Request): string => {
  const host = request.get('host') ?? '';
  return `${request.protocol}://${/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : 'localhost'}`;
};

/** `GET /openapi.json` and `GET /docs`: the service's interface, for programs and for people. */
export const docsRoutes = (version: string, page: DocsPage): Router => {
  const document = openApiDocument(version);
  const router = Router();
  router
    .route('/openapi.json')
    .get((_request, response) => void response.set('Cache-Control', 'no-cache').json(document))
    .all(allow('GET', 'HEAD'));
  router
    .route('/docs')
    .get((request, response) => {
      response
        .set('Cache-Control', 'no-cache')
        .vary('Host')
        .type('html')
        .send(page(document, originOf(request)));
    })
    .all(allow('GET', 'HEAD'));
  return router;
};
