import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { Durability, Observation } from '../core/run-record.ts';

const answerSchema = z.object({
  /** Epoch milliseconds at which it was sent. */
  sentAtMs: z.number(),
  /** Epoch milliseconds at which the answer arrived or the request failed. */
  atMs: z.number(),
  /** 0: no answer. */
  status: z.number(),
  ms: z.number(),
  /** The timestamp that a 2xx acknowledged. */
  timestamp: z.string().optional(),
});

const noteSchema = z.union([answerSchema, answerSchema.pick({ sentAtMs: true })]);

/** How one request ended, as artillery's hooks record it. */
export type Answer = z.infer<typeof answerSchema>;

/** What the hooks of artillery record of each request (`artillery/hooks.js`), read as their file grows. */
export class RequestLog {
  /** When each request was sent, epoch milliseconds. */
  readonly sentAtMs: number[] = [];
  readonly answers: Answer[] = [];
  readonly #file: FileHandle;
  #incompleteLine = '';

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Reads the lines that were added since the last time. */
  async read(): Promise<void> {
    const lines = (this.#incompleteLine + (await this.#file.readFile('utf8'))).split('\n');
    this.#incompleteLine = lines.pop() ?? '';
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
}

/** The answers of each second from `startedAtMs`, up to the last one. */
export function observationsOf(answers: readonly Answer[], startedAtMs: number): Observation[] {
  const seconds = Map.groupBy(answers, ({ atMs }) => Math.max(0, Math.floor((atMs - startedAtMs) / 1_000)));
  const last = Math.max(-1, ...seconds.keys());
  return Array.from({ length: last + 1 }, (_, second) => observationOf(second, seconds.get(second) ?? []));
}

function observationOf(second: number, answers: readonly Answer[]): Observation {
  const answered = answers.filter(({ status }) => status !== 0).map(({ ms }) => ms);
  answered.sort((one, other) => one - other);
  const at = (share: number) => answered[Math.min(answered.length - 1, Math.floor(answered.length * share))] ?? 0;
  return {
    second,
    requestsPerS: answers.length,
    errorsPerS: answers.filter(({ status }) => status === 0 || status >= 500).length,
    ...(answered.length > 0 && { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }),
  };
}

/** Timestamps that were acknowledged, in the order of their answers. */
export function acknowledgedIn(answers: readonly Answer[]): string[] {
  return answers.flatMap(({ timestamp }) => timestamp ?? []);
}

/**
 * How many acknowledged timestamps are in the table. Two processes may record the same microsecond, so each stored one
 * counts once. The table may hold more than was acknowledged, because an answer can be lost.
 */
export function compareWithTable(acknowledged: readonly string[], stored: readonly string[]): Durability {
  const left = Map.groupBy(stored, (timestamp) => timestamp);
  const found = acknowledged.filter((timestamp) => left.get(timestamp)?.pop());
  return { acknowledged: acknowledged.length, stored: found.length };
}
