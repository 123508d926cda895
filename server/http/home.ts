import type { RequestHandler } from 'express';
import type { z } from 'zod';
import { ServiceError } from '../errors.ts';
import type { ServiceFacts } from '../service-facts.ts';
import type { InstanceSchema } from './schemas.ts';

export type Instance = z.infer<typeof InstanceSchema>;

/** Renders the home page. */
export type HomePage = (instance: Instance) => string;

/** `GET /`: who answered, as a page for people and as JSON for programs. */
export const showInstance =
  (facts: ServiceFacts, page: HomePage): RequestHandler =>
  (request, response) => {
    const type = request.accepts(['application/json', 'text/html']);
    if (!type) throw new ServiceError('not-acceptable', 'the answer can be application/json or text/html');
    const instance: Instance = { ...facts, uptimeSeconds: Math.floor(process.uptime()) };
    response.vary('Accept').set('Cache-Control', 'no-store');
    if (type === 'text/html') response.type('html').send(page(instance));
    else response.json(instance);
  };
