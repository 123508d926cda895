import type { RequestHandler } from 'express';
import type { ServiceFacts } from '../service-facts.ts';
import { homePage } from './pages/home-page.ts';
import type { AssetUrl } from './pages/layout.ts';
import type { Instance } from './schemas.ts';
import { negotiate } from './validate.ts';

/** `GET /`: the instance that answered, as the live page for browsers and as JSON for programs. */
export function showInstance(facts: ServiceFacts, assetUrl: AssetUrl): RequestHandler {
  return (request, response) => {
    const type = negotiate(request, ['application/json', 'text/html']);
    const instance: Instance = { ...facts, uptimeSeconds: Math.floor(process.uptime()) };
    response.vary('Accept').set('Cache-Control', 'no-store');
    if (type === 'text/html') response.type('html').send(homePage(assetUrl, instance));
    else response.json(instance);
  };
}
