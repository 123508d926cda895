import { type FileHandle, open } from 'node:fs/promises';
import type { Answer } from './answers.ts';

/** What the hooks of artillery noted of each request (`scripts/drills/artillery/note-answers.js`), read as their file grows. */
export class RequestNotes {
  /** When each request was sent, epoch milliseconds. */
  readonly sentAtMs: number[] = [];
  readonly answers: Answer[] = [];
  readonly #file: FileHandle;
  #unread = '';

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes the file that artillery is to write to. */
  static async make(path: string): Promise<RequestNotes> {
    return new RequestNotes(await open(path, 'w+'));
  }

  /** Reads the lines that have come since the last time. */
  async read(): Promise<void> {
    const lines = (this.#unread + (await this.#file.readFile('utf8'))).split('\n');
    // The last one may be half there.
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      const noted = JSON.parse(line) as { sentAtMs: number } | Answer;
      if ('atMs' in noted) this.answers.push(noted);
      else this.sentAtMs.push(noted.sentAtMs);
    }
  }

  /** How many of the requests sent within a span have no answer yet. */
  openIn(fromMs: number, toMs: number): number {
    const sent = this.sentAtMs.filter((atMs) => isWithin(atMs, fromMs, toMs));
    return sent.length - this.answersTo(fromMs, toMs).length;
  }

  /** What became of the requests that were sent within a span, whenever it was known. */
  answersTo(fromMs: number, toMs: number): Answer[] {
    return this.answers.filter(({ sentAtMs }) => isWithin(sentAtMs, fromMs, toMs));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function isWithin(atMs: number, fromMs: number, toMs: number): boolean {
  return atMs >= fromMs && atMs < toMs;
}
