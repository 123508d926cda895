import { type Agent, request } from 'node:http';

/** A server answers within 8 s. A worker may be paused for 3 s meanwhile. */
const NO_ANSWER_MS = 15_000;

interface Post {
  readonly port: number;
  readonly agent: Agent;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, or the code of the connection's error: `NO_ANSWER` after the client's own deadline. */
export type PostResult =
  | { readonly status: number; readonly body: string; readonly error?: never }
  | { readonly error: string; readonly status?: never };

/** Posts once, and never rejects. */
export function post({ port, agent, path, headers, body }: Post): Promise<PostResult> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent };
    const posted = request({ ...options, headers: { accept: 'application/json', ...headers } });
    const fail = (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message });
    posted.setTimeout(NO_ANSWER_MS, () => posted.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })));
    posted.on('error', fail).on('response', (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parts.join('') }));
    });
    posted.end(body);
  });
}
