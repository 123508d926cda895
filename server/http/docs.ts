import { type Request, Router } from 'express';
import { allow } from './app.ts';
import { openApiDocument } from './openapi/document.ts';
import { docsPage } from './pages/docs-page.ts';
import type { AssetUrl } from './pages/layout.ts';

/** `GET /openapi.json` and `GET /docs`: the API description, for programs and for people. */
export function docsRoutes(version: string, assetUrl: AssetUrl): Router {
  const document = openApiDocument(version);
  const router = Router();
  router
    .route('/openapi.json')
    .get((_request, response) => void response.set('Cache-Control', 'no-cache').json(document))
    .all(allow('GET', 'HEAD'));
  router
    .route('/docs')
    .get((request, response) => {
      const page = docsPage(assetUrl, document, originOf(request));
      response.set('Cache-Control', 'no-cache').vary('Host').type('html').send(page);
    })
    .all(allow('GET', 'HEAD'));
  return router;
}

/** The origin that the reader used. An invalid `Host` must not end up in commands that readers copy. */
function originOf(request: Request): string {
  const host = request.get('host') ?? '';
  return `${request.protocol}://${/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : 'localhost'}`;
}
