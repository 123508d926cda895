import { type RequestHandler, Router } from 'express';
import { ServiceError } from '../errors.ts';
import type { InstanceReport } from '../metrics/metrics.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../metrics/prometheus.ts';
import { allow } from './app.ts';

export interface MetricsRouteSettings {
  readonly report: () => Promise<InstanceReport>;
  /** Whether others than this host are told that there is nothing here. */
  readonly onlyLocal: boolean;
}

/** Whether a connection's address is of this very host. */
export const isLoopback = (address = ''): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

/** The address of the connection counts; what a header says of the client anybody can write. */
const refuseRemote: RequestHandler = (request, _response, next) => {
  if (!isLoopback(request.socket.remoteAddress))
    throw new ServiceError('not-found', `there is nothing at ${request.path}`);
  next();
};

/** `GET /metrics`: the instance's numbers for Prometheus. */
export const metricsRoutes = ({ report, onlyLocal }: MetricsRouteSettings): Router => {
  const router = Router();
  const route = router.route('/metrics');
  if (onlyLocal) route.all(refuseRemote);
  route
    .get(async (_request, response) => {
      const text = prometheusText(await report());
      response.set('Cache-Control', 'no-store').type(PROMETHEUS_TYPE).send(text);
    })
    .all(allow('GET', 'HEAD'));
  return router;
};
