import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

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
  readonly #answered: (status: number) => void;
  /** The first bytes of an answer whose rest has not arrived. */
  #rest: Buffer | undefined;

  /** `answered` is called with the status of each answer, `failed` once when the connection breaks. */
  constructor(port: number, answered: (status: number) => void, failed: (error: Error) => void) {
    this.#answered = answered;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer for all reads: no stream, no allocation per answer.
      onread: { buffer: Buffer.allocUnsafe(16_384), callback: (bytes, buffer) => this.#receive(bytes, buffer) },
    });
    this.#socket.on('error', failed);
    this.#socket.on('end', () => failed(new Error('the server closed a connection that was in use')));
  }

  send(request: string, dueMs: number): void {
    this.dueMs = dueMs;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.removeAllListeners().on('error', () => {});
    this.#socket.destroy();
  }

  #receive(bytes: number, buffer: Uint8Array): boolean {
    const read = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
    const data = this.#rest ? Buffer.concat([this.#rest, read]) : read;
    const headEnd = data.indexOf(HEAD_END);
    if (headEnd < 0) return this.#keep(data);
    const head = data.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
    if (data.length < headEnd + HEAD_END.length + Number(length)) return this.#keep(data);
    this.#rest = undefined;
    this.#answered(Number(head.slice(9, 12)));
    return true;
  }

  #keep(data: Buffer): boolean {
    this.#rest = Buffer.from(data);
    return true;
  }
}
