import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { Check, Durability, Observation } from '../core/run-record.ts';

const answerSchema = z.object({
  sentAtMs: z.number(),
  /** When the answer arrived or the request failed. */
  atMs: z.number(),
  /** 0: no answer. */
  status: z.number(),
  ms: z.number(),
  /** The timestamp that a 2xx acknowledged. */
  timestamp: z.string().optional(),
  /** The code of the service's problem. */
  problem: z.string().optional(),
});

const noteSchema = z.union([answerSchema, answerSchema.pick({ sentAtMs: true })]);

/** How one request ended, as artillery's hooks record it. Times are epoch milliseconds. */
export type Answer = z.infer<typeof answerSchema>;

/** What the hooks of artillery record of each request (`artillery/hooks.js`), read as their file grows. */
export function requestLog(file: FileHandle) {
  const [sentAtMs, answers]: [number[], Answer[]] = [[], []];
  let incompleteLine = '';
  /** Answers to the requests that were sent within a span, whenever they arrived. */
  const answersTo = (fromMs: number, toMs: number) =>
    answers.filter((answer) => answer.sentAtMs >= fromMs && answer.sentAtMs < toMs);
  return {
    sentAtMs,
    answers,
    answersTo,
    /** How many of the requests that were sent within a span have no answer yet. */
    openIn: (fromMs: number, toMs: number) =>
      sentAtMs.filter((atMs) => atMs >= fromMs && atMs < toMs).length - answersTo(fromMs, toMs).length,
    /** Reads the lines that were added since the last time. */
    read: async () => {
      const lines = (incompleteLine + (await file.readFile('utf8'))).split('\n');
      incompleteLine = lines.pop() ?? '';
      for (const line of lines) {
        const note = noteSchema.parse(JSON.parse(line));
        if ('atMs' in note) answers.push(note);
        else sentAtMs.push(note.sentAtMs);
      }
    },
  };
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

/** How many acknowledged timestamps are stored. A stored one counts once: two may be of the same microsecond. */
export function compareWithTable(acknowledged: readonly string[], stored: readonly string[]): Durability {
  const left = Map.groupBy(stored, (timestamp) => timestamp);
  const found = acknowledged.filter((timestamp) => left.get(timestamp)?.pop());
  return { acknowledged: acknowledged.length, stored: found.length };
}

/** The statuses that all answers to the requests of a drill have, and one that some of them must have. */
export type Statuses = Readonly<{ all: readonly number[]; some: number }>;

/** Checks how requests were answered: without `some`, the fault had no effect, and the drill shows nothing. */
export function statusCheck(answers: readonly Answer[], { all, some }: Statuses): Check {
  const sorted = answers.toSorted((one, other) => one.status - other.status);
  const kinds = Map.groupBy(sorted, ({ status, problem = '' }) => `${status || 'none'} ${problem}`.trim());
  const measured = Array.from(kinds, ([kind, { length }]) => `${length} × ${kind}`);
  return {
    check: `every request is answered with ${all.join(' or ')}`,
    passed: answers.every(({ status }) => all.includes(status)) && answers.some(({ status }) => status === some),
    measured: measured.join(', ') || 'no request',
    expected: `nothing else, and ${some} at least once`,
  };
}
