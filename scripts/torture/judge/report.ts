import type { Report } from '../../drills/core/report/report.ts';
import type { Check, DrillRun, Observation } from '../../drills/core/run-record.ts';
import type { History } from '../history.ts';
import type { Findings } from './checker.ts';
import { keyChecks, none, recordChecks, userChecks } from './checks.ts';
import type { KeyFindings } from './keyed-checker.ts';
import { isFailure, isGood, recoveriesByName, recoveriesOf } from './recovery.ts';
import type { UserFindings } from './user-checker.ts';

/** From the end of a fault to the end of the last failed request. A block is tried for 8 s. */
const RECOVERY_LIMIT_MS = 15_000;
/** pm2 replaces a worker above 512 MB. */
const MEMORY_LIMIT_MB = 400;

interface ReportOptions {
  readonly history: History;
  readonly findings: Findings;
  readonly keyFindings: KeyFindings;
  readonly userFindings: UserFindings;
  readonly listingErrors: readonly string[];
  /** Keys of the objects in the spill bucket at the end. */
  readonly remaining: readonly string[];
  readonly wanted: { readonly acknowledged: number; readonly seed: number };
  readonly facts: Readonly<Record<string, string>>;
}

/** The report of a run, in the form that drills have. */
export function tortureReport({
  history,
  findings,
  keyFindings,
  userFindings,
  listingErrors,
  remaining,
  wanted,
  facts,
}: ReportOptions): Report {
  const counts = [
    ...recordChecks(findings, wanted.acknowledged),
    ...keyChecks(keyFindings),
    ...userChecks(userFindings),
    none("errors are in the server's listing, compared with the table", listingErrors),
    none('blocks remain in the spill bucket', remaining),
  ];
  const checks = [...recoveryChecks(history), memoryCheck(history)];
  const run = runOf(history);
  const slowestMs = Math.max(0, ...recoveriesOf(history).map(({ recoveredMs }) => recoveredMs));
  const verdict = {
    passed: checks.every(({ passed }) => passed),
    checks,
    detectedAfterS: undefined,
    recoveredAfterS: Math.round(slowestMs / 100) / 10,
  };
  return {
    title: 'Torture run',
    createdAt: new Date().toISOString(),
    facts: { seed: String(wanted.seed), ...facts },
    checks: counts,
    runs: [{ run, verdict }],
  };
}

function recoveryChecks(history: History): Check[] {
  return recoveriesByName(recoveriesOf(history)).map(({ name, times, failed, slowestMs }) => ({
    check: `recovers from ${name}`,
    passed: slowestMs <= RECOVERY_LIMIT_MS,
    measured: `${times} times, ${failed} requests failed, the last ${seconds(slowestMs)} after its end`,
    expected: `${seconds(RECOVERY_LIMIT_MS)} at most`,
  }));
}

function memoryCheck({ memory }: History): Check {
  const largest = memory.map(({ bytes }) => Math.max(0, ...bytes) / 2 ** 20);
  const [first = 0, peak, last = 0] = [largest[0], Math.max(0, ...largest), largest.at(-1)];
  return {
    check: 'memory of a worker is bounded',
    passed: peak > 0 && peak <= MEMORY_LIMIT_MB,
    measured: `${Math.round(first)} MB first, ${Math.round(peak)} MB at most, ${Math.round(last)} MB last`,
    expected: `${MEMORY_LIMIT_MB} MB at most`,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** The history by seconds from the first request. */
function runOf({ outcomes, faults, memory }: History): DrillRun {
  const startMs = outcomes.reduce((first, { sentMs }) => Math.min(first, sentMs), Infinity);
  const endMs = outcomes.reduce((last, { endedMs }) => Math.max(last, endedMs), startMs);
  const secondOf = (ms: number) => Math.floor((ms - startMs) / 1_000);
  const ended = Map.groupBy(outcomes, ({ endedMs }) => secondOf(endedMs));
  const memoryMb = new Map(memory.map(({ atMs, bytes }) => [secondOf(atMs), Math.max(0, ...bytes) / 2 ** 20]));
  let memoryNow: number | undefined;
  const observations = Array.from({ length: secondOf(endMs) + 1 }, (_, second): Observation => {
    const own = ended.get(second) ?? [];
    const good = own.filter(isGood).map(({ sentMs, endedMs }) => endedMs - sentMs);
    memoryNow = memoryMb.get(second) ?? memoryNow;
    return {
      second,
      requestsPerS: own.length,
      errorsPerS: own.filter(isFailure).length,
      ...(good.length > 0 && { p50Ms: quantile(good, 0.5), p99Ms: quantile(good, 0.99) }),
      ...(memoryNow !== undefined && { memoryMb: memoryNow }),
    };
  });
  return {
    drill: 'torture',
    summary: 'Clients post to the production bundle under pm2 while faults are caused one after the other.',
    startedAt: new Date(startMs).toISOString(),
    durationS: secondOf(endMs) + 1,
    observations,
    faults: faults.map(({ text, fromMs, toMs }) => ({ text, fromS: secondOf(fromMs), toS: secondOf(toMs) })),
    alarms: [],
    events: faults.map(({ text, fromMs }) => ({ second: secondOf(fromMs), text, detection: false })),
  };
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(q * (values.length - 1))] ?? 0;
}
