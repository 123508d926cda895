import type { Router } from 'express';
import type { Load } from '../cpu-load/load.ts';
import { getRoute } from './route.ts';
import { LoadQuerySchema } from './schemas.ts';
import { validate } from './validate.ts';

/** `GET /load?number=N`: whether the number is prime, by a deliberately slow computation. */
export function loadRoute(load: Load): Router {
  return getRoute('/load', async (request, response) => {
    const { number } = validate(LoadQuerySchema, 'query', request.query);
    const { isPrime, processingTimeS } = await load.compute(number);
    response.set('Cache-Control', 'no-store').json({ number, isPrime, processingTime: processingTimeS });
  });
}
