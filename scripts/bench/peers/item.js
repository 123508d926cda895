/** What every peer stores of a request: the same facts that Stampede keeps of each timestamp, one item each. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

const instance = hostname();

/** The item of a request, of which `header` reads a header by its lower-case name. */
export const itemOf = (header) => {
  const timestamp = new Date().toISOString();
  return {
    pk: randomUUID(),
    sk: timestamp,
    traceId: /Root=([\w-]+)/.exec(header('x-amzn-trace-id') ?? '')?.[1] ?? randomUUID(),
    clientAddress: header('x-forwarded-for'),
    protocol: header('x-forwarded-proto'),
    instance,
  };
};
