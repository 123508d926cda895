/** Judges the requests with an idempotency key: one key, one record. Everything here is pure. */
import type { Outcome } from '../history.ts';
import type { StoredRecord } from './stored.ts';

/** What a run counted of keyed requests. Lists have keys, so that a failure can be followed. */
export interface KeyFindings {
  readonly requests: number;
  readonly keys: number;
  /** Keys with an answer of 201. */
  readonly acknowledged: number;
  /** Keys whose answered record is not in the table. */
  readonly lost: readonly string[];
  /** Keys with more than one record in the table. */
  readonly doubled: readonly string[];
  /** Keys whose answers have different records. */
  readonly different: readonly string[];
  /** Answers other than 201, 503, and 409 while a request with the key is in flight: `500 <key>`. */
  readonly unexpected: readonly string[];
}

export function keyFindingsOf(outcomes: readonly Outcome[], stored: readonly StoredRecord[]): KeyFindings {
  const keyed = outcomes.filter(({ key }) => key !== undefined);
  const byTrace = Map.groupBy(stored, ({ trace }) => trace);
  const keys = [...Map.groupBy(keyed, ({ key = '' }) => key)].map(([key, own]) => ({
    key,
    answers: own.filter(({ status }) => status === 201),
    records: own.flatMap(({ trace }) => byTrace.get(trace) ?? []),
  }));
  const keysOf = (some: typeof keys) => some.map(({ key }) => key);
  return {
    requests: keyed.length,
    keys: keys.length,
    acknowledged: keys.filter(({ answers }) => answers.length > 0).length,
    lost: keysOf(
      keys.filter(({ answers, records }) =>
        answers.some(({ time }) => !records.some((record) => record.time === time)),
      ),
    ),
    doubled: keysOf(keys.filter(({ records }) => records.length > 1)),
    different: keysOf(keys.filter(({ answers }) => new Set(answers.map(({ id, time }) => `${id} ${time}`)).size > 1)),
    unexpected: keyed
      .filter(({ status }) => status !== undefined && ![201, 409, 503].includes(status))
      .map(({ status, key }) => `${status} ${key}`),
  };
}
