import { Router } from 'express';
import { ServiceError } from '../errors.ts';
import type { InstanceReport } from '../metrics/metrics.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../metrics/prometheus.ts';
import { allow } from './route.ts';

export interface MetricsRouteOptions {
  readonly report: () => Promise<InstanceReport>;
  /** Whether requests from other hosts get a 404. */
  readonly onlyLocal: boolean;
}

/** `GET /metrics`: the instance's metrics for Prometheus. */
export function metricsRoute({ report, onlyLocal }: MetricsRouteOptions): Router {
  const router = Router();
  router
    .route('/metrics')
    .all(({ path, socket }, _response, next) => {
      // The address of the connection, because clients can forge headers.
      if (onlyLocal && !isLoopback(socket.remoteAddress))
        throw new ServiceError('not-found', `there is nothing at ${path}`);
      next();
    })
    .get(async (_request, response) => {
      const text = prometheusText(await report());
      response.set('Cache-Control', 'no-store').type(PROMETHEUS_TYPE).send(text);
    })
    .all(allow('GET', 'HEAD'));
  return router;
}

/** Whether a connection's address belongs to this host. */
export function isLoopback(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}
