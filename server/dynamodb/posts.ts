import http from 'node:http';
import https from 'node:https';
import type { Runtime } from '../runtime.ts';

/** The server's origin, in the format of `URL`: `http:` or `https:`, IPv6 in brackets, no default port. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
}

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  /** The header `x-amz-crc32`. */
  readonly checksum: string | undefined;
}

/** `POST /` over keep-alive connections of `node:http` or `node:https`. */
export interface Posts {
  /**
   * Resolves with the complete answer, of any status. `headers` must contain `host`, but neither `content-length` nor
   * `connection`. Rejects if there was no such answer within `timeoutMs`; the server may still have acted.
   */
  post(headers: Readonly<Record<string, string>>, body: string, timeoutMs: number): Promise<Answer>;
  /** Closes idle connections now, and the others after their answers. */
  close(): void;
}

/** Far more than DynamoDB's answer to a put. */
const MAX_BODY_BYTES = 65_536;

export function createPosts({ protocol, hostname, port }: Origin, { setTimer }: Pick<Runtime, 'setTimer'>): Posts {
  const { Agent, request: startRequest } = protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true });
  const options = {
    method: 'POST',
    path: '/',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== undefined && { port }),
    agent,
  };

  return {
    post: (headers, body, timeoutMs) =>
      new Promise((resolve, reject) => {
        // As an array, headers are written as they are, which takes less CPU time.
        const lines = Object.entries(headers).flat();
        lines.push('content-length', String(Buffer.byteLength(body)));
        const request = startRequest({ ...options, headers: lines });
        const fail = (error: Error) => {
          cancel();
          request.destroy();
          reject(error);
        };
        const cancel = setTimer(() => fail(new Error(`no answer within ${Math.ceil(timeoutMs)} ms`)), timeoutMs);
        request.on('error', fail);
        request.on('response', (response) => {
          const { socket } = response;
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('error', fail);
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes > MAX_BODY_BYTES) fail(new Error(`an answer of more than ${MAX_BODY_BYTES} bytes`));
          });
          response.on('end', () => {
            // Node closes the connection on a second answer, but still ends the first one.
            if (socket.destroyed) return fail(new Error('data after the end of the answer'));
            cancel();
            const checksum = response.headers['x-amz-crc32'] as string | undefined;
            resolve({ status: response.statusCode as number, body: Buffer.concat(chunks), checksum });
          });
        });
        request.end(body);
      }),
    close() {
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    },
  };
}
