import type { Observation } from '../core/run-record.ts';

/** What became of one request. */
export interface Answer {
  /** Epoch milliseconds at which it was sent. */
  readonly sentAtMs: number;
  /** Epoch milliseconds at which it was known. */
  readonly atMs: number;
  /** 0: no answer. */
  readonly status: number;
  readonly ms: number;
  /** The timestamp that a 2xx acknowledged. */
  readonly timestamp?: string;
}

/** The answers of each second from `startedAtMs`, up to the last one. */
export function observationsOf(answers: readonly Answer[], startedAtMs: number): Observation[] {
  const seconds = Map.groupBy(answers, ({ atMs }) => Math.max(0, Math.floor((atMs - startedAtMs) / 1_000)));
  const last = Math.max(-1, ...seconds.keys());
  return Array.from({ length: last + 1 }, (_, second) => observationOf(second, seconds.get(second) ?? []));
}

/** Timestamps that were acknowledged, in the order of their answers. */
export function acknowledgedIn(answers: readonly Answer[]): string[] {
  return answers.flatMap(({ timestamp }) => timestamp ?? []);
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
