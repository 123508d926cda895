import { type RequestHandler, Router } from 'express';
import type { Load } from '../cpu-load/load.ts';
import { allow } from './app.ts';
import { LoadQuerySchema } from './schemas.ts';
import { validate } from './validate.ts';

const computeLoad =
  (load: Load): RequestHandler =>
  async (request, response) => {
    const { number } = validate(LoadQuerySchema, 'query', request.query);
    const { isPrime, processingTimeS } = await load.compute(number);
    response.set('Cache-Control', 'no-store').json({ number, isPrime, processingTime: processingTimeS });
  };

/** `GET /load?number=N`: whether the number is prime, found out the slow way. */
export const loadRoutes = (load: Load): Router => {
  const router = Router();
  router.route('/load').get(computeLoad(load)).all(allow('GET', 'HEAD'));
  return router;
};
