import { type RequestHandler, Router } from 'express';
import { ServiceError } from '../errors.ts';

/** Refuses every method that the route does not support; comes last in a route. */
export function allow(...methods: string[]): RequestHandler {
  return ({ path, method }) => {
    throw new ServiceError('method-not-allowed', `${path} supports ${methods.join(', ')}, not ${method}`, {
      allow: methods,
    });
  };
}

/** A router for a path that supports only `GET` and `HEAD`. */
export function getRoute(path: string, handler: RequestHandler): Router {
  const router = Router();
  router.route(path).get(handler).all(allow('GET', 'HEAD'));
  return router;
}
