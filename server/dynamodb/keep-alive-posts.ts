import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The server's origin, in the format of `URL`: `http:` or `https:`, IPv6 in brackets, no default port. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
}

/** As in `http.Agent`: TCP keep-alive detects that the peer of an idle connection is gone. */
const KEEP_ALIVE_DELAY_MS = 1_000;

/** Far more than DynamoDB's answer to a put. */
const MAX_ANSWER_CHARS = 65_536;

function connect({ protocol, hostname, port }: Origin): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol !== 'https:') return connectTcp({ host, port: port ?? 80 });
  return connectTls({ host, port: port ?? 443, ...(isIP(host) === 0 && { servername: host }) });
}

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  /** The header `x-amz-crc32`. */
  readonly checksum: string | undefined;
}

/** Parses an answer; `undefined` while it is incomplete. Throws if it is not of the one supported kind. */
function readAnswer(text: string): (Answer & { readonly closes: boolean }) | undefined {
  if (text.length > MAX_ANSWER_CHARS) throw new Error(`an answer of more than ${MAX_ANSWER_CHARS} characters`);
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd + 2);
  const status = /^HTTP\/1\.1 ([2-5]\d\d)[ \r]/.exec(head)?.[1];
  const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n/i.exec(head)?.[1];
  const lengths = head.match(/\r\n(content-length|transfer-encoding):/gi)?.length;
  if (status === undefined || length === undefined || lengths !== 1)
    throw new Error(`an answer of HTTP/1.1 with one Content-Length was expected, not ${JSON.stringify(head)}`);
  const missing = headEnd + 4 + Number(length) - text.length;
  if (missing > 0) return undefined;
  if (missing < 0) throw new Error('data after the end of the answer');
  return {
    status: Number(status),
    body: Buffer.from(text.slice(headEnd + 4), 'latin1'),
    checksum: /\r\nx-amz-crc32:[ \t]*(\d+)[ \t]*\r\n/i.exec(head)?.[1],
    closes: /\r\nconnection:[ \t]*close[ \t]*\r\n/i.test(head),
  };
}

/** One connection with at most one post in progress. Any error closes it, so that no answer reaches another post. */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #settle: ((result: Answer | Error) => void) | undefined;
  isOpen = true;

  constructor(origin: Origin) {
    this.#socket = connect(origin)
      .setNoDelay(true)
      .setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
      .on('data', (chunk: Buffer) => this.#receive(chunk))
      .on('error', (error) => this.close(error))
      .on('end', () => this.close())
      .on('close', () => this.close());
  }

  post(message: string, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.close(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      this.#settle = (result) => {
        clearTimeout(late);
        this.#settle = undefined;
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      this.#socket.ref();
      this.#socket.write(message);
    });
  }

  close(why = new Error('the connection was closed')): void {
    this.isOpen = false;
    this.#socket.destroy();
    this.#settle?.(why);
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    try {
      if (!this.#settle) throw new Error('an answer came without a post');
      const answer = readAnswer(this.#received);
      if (!answer) return;
      this.#received = '';
      // An idle connection does not keep the process alive.
      this.#socket.unref();
      this.#settle(answer);
      if (answer.closes) this.close();
    } catch (error) {
      this.close(error as Error);
    }
  }
}

/**
 * `POST /` over keep-alive connections. Written by hand, because it uses a fraction of the CPU time of `node:http`
 * (docs/decisions/0024). It supports only answers with a `Content-Length`; anything else is an error.
 */
export class KeepAlivePosts {
  readonly #origin: Origin;
  readonly #idle: Connection[] = [];
  #isClosed = false;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /**
   * Resolves with the complete answer, of any status. `headers` must contain `host`, but neither `content-length` nor
   * `connection`. Rejects if there was no such answer within `timeoutMs`; the server may still have acted.
   */
  async post(headers: Readonly<Record<string, string>>, body: string, timeoutMs: number): Promise<Answer> {
    let head = 'POST / HTTP/1.1\r\n';
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    const connection = this.#takeIdle() ?? new Connection(this.#origin);
    const answer = await connection.post(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, timeoutMs);
    if (this.#isClosed) connection.close();
    else if (connection.isOpen) this.#idle.push(connection);
    return answer;
  }

  /** Closes idle connections now, and the others after their answers. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop())
      if (connection.isOpen) return connection;
    return undefined;
  }
}
