import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { crc32 } from 'node:zlib';
import { LOCALHOST } from '../../../scripts/bench/backends/localhost-certificate.ts';

/** Answers a put instead of the database. */
export type Fault = (response: ServerResponse, request: IncomingMessage) => void;

const TYPE = 'application/x-amz-json-1.0';

/** An error in DynamoDB's format. */
export function refusal(status: number, type: string, message: string): Fault {
  const body = JSON.stringify({ __type: type, message });
  return (response) =>
    response
      .writeHead(status, {
        'content-type': TYPE,
        'content-length': Buffer.byteLength(body),
        'x-amzn-requestid': 'B7IVOB5LJRG8T3QTTTNBKMIIORVV4KQNSO5AEMVJF66Q9ASUAAJG',
        'x-amz-crc32': crc32(body),
      })
      .end(body);
}

/** An answer with status 200 that DynamoDB did not send. */
export function foreignSuccess(body: string, headers: Readonly<Record<string, string>> = {}): Fault {
  return (response) => response.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** An answer with status 200 whose body never arrives completely. */
export const halfAnSuccess: Fault = (response) =>
  response.writeHead(200, { 'content-type': TYPE, 'content-length': 2, 'x-amz-crc32': crc32('{}') }).write('{');

/**
 * Terminates TLS in front of a database, as AWS's endpoint does, and answers puts with the queued faults.
 * This process then trusts its certificate. `host` is an address of `localhost`; its clock is off by `clockOffsetMs`.
 */
export async function startOverTls(
  backend: { readonly endpoint: string },
  { host = '127.0.0.1', port = 0, clockOffsetMs = 0 } = {},
) {
  setDefaultCACertificates([LOCALHOST.cert]);
  const faults: (Fault | undefined)[] = [];
  const sockets = new Set<Socket>();
  const puts: IncomingMessage[] = [];
  const targets: unknown[] = [];
  const server = createServer(LOCALHOST, (request, response) => {
    response.setHeader('date', new Date(Date.now() + clockOffsetMs).toUTCString());
    targets.push(request.headers['x-amz-target']);
    const isPut = request.headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
    if (isPut) puts.push(request);
    const fault = isPut ? faults.shift() : undefined;
    if (fault) return void request.resume().on('end', () => fault(response, request));
    forward(backend.endpoint, request, response);
  });
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    endpoint: `https://localhost:${bound}`,
    port: bound,
    /** For the next puts, in this order; `undefined` forwards a put. */
    faults,
    /** The puts so far, over all connections. */
    puts,
    /** The operations of all requests so far. */
    targets,
    /** Closes all connections, as AWS does when they are idle; resolves when they are closed. */
    async closeConnections() {
      await Promise.all(
        [...sockets].map(async (socket) => {
          socket.destroy();
          if (!socket.closed) await once(socket, 'close');
        }),
      );
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(endpoint: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const forwarded = requestHttp(new URL(url ?? '/', endpoint), { method, headers }, (answer) => {
    const { date: _backendDate, ...answerHeaders } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answerHeaders);
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
}
