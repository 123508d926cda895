import type { Check } from '../../core/run-record.ts';
import type { StoredItem } from '../stage/item-reader.ts';
import type { UserEvent } from './users-process.ts';

/** A request of a user that has ended. */
export type UserAnswer = Extract<UserEvent, { kind: 'answer' }>;

const isServed = ({ status }: UserAnswer) => status >= 200 && status <= 299;

/** Milliseconds from the first failed request to the next served one in another region; undefined without one. */
export function recoveryTimeMs(answers: readonly UserAnswer[], lost: string): number | undefined {
  const failed = answers.filter((answer) => answer.region === lost && !isServed(answer));
  const firstMs = Math.min(...failed.map(({ sentAtMs }) => sentAtMs));
  const served = answers.filter((answer) => answer.home === lost && answer.region !== lost && isServed(answer));
  const nextMs = Math.min(...served.filter(({ sentAtMs }) => sentAtMs >= firstMs).map(({ atMs }) => atMs));
  return Number.isFinite(nextMs) ? nextMs - firstMs : undefined;
}

/** Users are served again within the time of health check and TTL, and 10 s. */
export function recoveryTimeCheck(measuredMs: number | undefined, healthCheckMs: number, ttlMs: number): Check {
  const limitMs = healthCheckMs + ttlMs + 10_000;
  return {
    check: 'RTO: users of the lost region are served by the other one',
    passed: measuredMs !== undefined && measuredMs <= limitMs,
    measured: measuredMs === undefined ? 'never' : `after ${(measuredMs / 1_000).toFixed(1)} s`,
    expected: `within ${limitMs / 1_000} s: health check ${healthCheckMs / 1_000} s, TTL ${ttlMs / 1_000} s, and 10 s`,
  };
}

/** What the lost region has acknowledged and the other one does not have. */
export function missingIn(acknowledged: readonly string[], stored: readonly string[]): string[] {
  const known = new Set(stored);
  return acknowledged.filter((timestamp) => !known.has(timestamp));
}

/** Exactly what was acknowledged and is only in the lost region may be missing, until the region returns. */
export function recoveryPointCheck(missing: readonly string[], ofLostRegion: readonly string[]): Check {
  const waiting = new Set(ofLostRegion);
  const unexplained = missing.filter((timestamp) => !waiting.has(timestamp));
  return {
    check: 'RPO: only timestamps that were not replicated, or not in a table yet, are missing',
    passed: unexplained.length === 0,
    measured:
      unexplained.length === 0 ? `${missing.length} missing, all wait in the lost region` : unexplained.join(', '),
    expected: 'no other timestamp is missing',
  };
}

/** What was in the lost region's bucket is in both tables after its return. `left` are the objects in the bucket then. */
export function drainedCheck(spilled: readonly string[], left: number, tables: readonly (readonly string[])[]): Check {
  const missing = tables.flatMap((stored) => missingIn(spilled, stored));
  return {
    check: 'what waited in the bucket of the lost region is in both tables',
    passed: spilled.length > 0 && left === 0 && missing.length === 0,
    measured: `${spilled.length} timestamps had been spilled, ${left} objects are left, ${missing.length} missing`,
    expected: 'one timestamp at least, no object, none missing',
  };
}

/** Whether two tables have the same items, with the same content. */
export function equalTablesCheck(one: readonly StoredItem[], other: readonly StoredItem[]): Check {
  const ids = [one, other].map((items) => new Set(items.map(({ pk, sk, hash }) => `${pk} ${sk} ${hash}`)));
  const differing = [...one, ...other].filter(
    ({ pk, sk, hash }) => !ids.every((all) => all.has(`${pk} ${sk} ${hash}`)),
  );
  const keys = [...new Set(differing.map(({ pk, sk }) => `${pk} ${sk}`))];
  const differ = keys.length === 0 ? 'none differs' : `${keys.length} ${keys.length === 1 ? 'differs' : 'differ'}`;
  return {
    check: 'the tables of both regions are equal',
    passed: keys.length === 0 && one.length > 0,
    measured: `${one.length} and ${other.length} items, ${[differ, ...keys.slice(0, 1)].join(': ')}`,
    expected: 'the same items with the same content, and one item at least',
  };
}

/**
 * A request that got no 2xx may be stored; every other record is of one that got it, or of `others`. A record has a trace
 * id of its own.
 */
export function notDoubledCheck(answers: readonly UserAnswer[], items: readonly StoredItem[], others = 0): Check {
  const stored = items.flatMap(({ records }) => records);
  const twice = stored.length - new Set(stored).size;
  const acknowledged = answers.filter(isServed).length + others;
  const unanswered = answers.length + others - acknowledged;
  return {
    check: 'nothing is doubled',
    passed: twice === 0 && stored.length - acknowledged <= unanswered,
    measured: `${stored.length} stored, ${twice} of them twice, ${acknowledged} acknowledged, ${unanswered} without a 2xx`,
    expected: 'at most one record for each request, and none twice',
  };
}
