import type { Request, Router } from 'express';
import { openApiDocument, type RequiredTokens } from './openapi/document.ts';
import { docsPage } from './pages/docs-page.ts';
import type { AssetUrl } from './pages/layout.ts';
import { getRoute } from './route.ts';

/** `GET /openapi.json` and `GET /docs`: the API description as a document and as a page. */
export function docsRoutes(version: string, assetUrl: AssetUrl, required: RequiredTokens): Router[] {
  const document = openApiDocument(version, required);
  return [
    getRoute('/openapi.json', (_request, response) => void response.set('Cache-Control', 'no-cache').json(document)),
    getRoute('/docs', (request, response) => {
      const page = docsPage(assetUrl, document, originOf(request));
      response.set('Cache-Control', 'no-cache').vary('Host').type('html').send(page);
    }),
  ];
}

/** The origin of the request. An invalid `Host` must not appear in commands that readers copy. */
function originOf(request: Request): string {
  const host = request.get('host') ?? '';
  return `${request.protocol}://${/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : 'localhost'}`;
}
