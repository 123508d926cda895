import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** What the load generator needs from an answer. */
export interface Answer {
  readonly status: number;
  /** The seconds of `Retry-After` of an answer with 503, else 0. */
  readonly retryAfterS: number;
}

/**
 * One keep-alive connection with at most one request in progress. It reads only HTTP/1.1 answers with `Content-Length`.
 * Hand-written because a library leaves no headroom: autocannon 9.0.0, with a trace id per request, needs 3.1 times the
 * CPU per request. It sends 33,000 requests per CPU-second, and bare node:http answers 44,000
 * (`npm run bench -- --only headroom` measures this one: 102,000 beside it).
 */
export class Connection {
  /** When the request in progress was due: its latency counts from then. */
  dueMs = 0;
  readonly #socket: Socket;
  readonly #answered: (connection: Connection, answer: Answer) => void;
  /** The first bytes of an answer whose rest has not arrived. */
  #rest: Buffer | undefined;

  /** `answered` is called with each answer. A connection that breaks ends the process. */
  constructor(port: number, answered: (connection: Connection, answer: Answer) => void) {
    this.#answered = answered;
    // One buffer for all reads: no stream, no allocation per answer.
    const buffer = Buffer.allocUnsafe(16_384);
    const onread = { buffer, callback: (bytes: number) => this.#receive(buffer.subarray(0, bytes)) };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }).on('end', () => {
      throw new Error('the server closed a connection that was in use');
    });
  }

  send(request: string, dueMs: number): void {
    this.dueMs = dueMs;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.removeAllListeners().on('error', () => {});
    this.#socket.destroy();
  }

  #receive(read: Buffer): boolean {
    const data = this.#rest ? Buffer.concat([this.#rest, read]) : read;
    const answer = readAnswer(data);
    this.#rest = answer ? undefined : Buffer.from(data);
    if (answer) this.#answered(this, answer);
    return true;
  }
}

/** An answer; `undefined` while a part of it is missing. */
function readAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  if (bytes.length < headEnd + HEAD_END.length + Number(length)) return undefined;
  const status = Number(head.slice(9, 12));
  if (status !== 503) return { status, retryAfterS: 0 };
  return { status, retryAfterS: Number(/\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0) };
}
