import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { type Answer, answerSchema } from './answers.ts';

const noteSchema = z.union([answerSchema, answerSchema.pick({ sentAtMs: true })]);

/** What the hooks of artillery record of each request (`artillery/note-answers.js`), read as their file grows. */
export class RequestLog {
  /** When each request was sent, epoch milliseconds. */
  readonly sentAtMs: number[] = [];
  readonly answers: Answer[] = [];
  readonly #file: FileHandle;
  #unread = '';

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes the file that artillery writes to. */
  static async make(path: string): Promise<RequestLog> {
    return new RequestLog(await open(path, 'w+'));
  }

  /** Reads the lines that were added since the last time. */
  async read(): Promise<void> {
    const lines = (this.#unread + (await this.#file.readFile('utf8'))).split('\n');
    // The last line may be incomplete.
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      const note = noteSchema.parse(JSON.parse(line));
      if ('atMs' in note) this.answers.push(note);
      else this.sentAtMs.push(note.sentAtMs);
    }
  }

  /** How many of the requests that were sent within a span have no answer yet. */
  openIn(fromMs: number, toMs: number): number {
    const sent = this.sentAtMs.filter((atMs) => atMs >= fromMs && atMs < toMs);
    return sent.length - this.answersTo(fromMs, toMs).length;
  }

  /** Answers to the requests that were sent within a span, whenever they arrived. */
  answersTo(fromMs: number, toMs: number): Answer[] {
    return this.answers.filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < toMs);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
