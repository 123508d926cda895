import { OperatorError } from '../../cli/errors.ts';
import { postTimestamp } from '../../stage/post-timestamp.ts';
import type { Tokens } from '../../stage/tokens.ts';
import { countRequests, type Period } from '../artillery/periods.ts';
import { isStored, type Reader } from './acknowledged-in-table.ts';
import { isAtCapacity, isRefreshing, type Snapshot, servingMembers } from './snapshot.ts';

/** A drill is stopped above this share of errors in {@link STOP_PERIODS} periods, or when such an alarm is in ALARM. */
export type StopCondition = Readonly<{ errorRatio: number; alarm: RegExp }>;

/** Periods of ten seconds: drills cause short errors on purpose, half a minute of them is harm. */
const STOP_PERIODS = 3;

/** Why a drill must stop now; undefined while it may go on. */
export function stopReason(stop: StopCondition, periods: readonly Period[], snapshot: Snapshot): string | undefined {
  const alarm = alarmOf(snapshot, stop.alarm);
  if (alarm) return `the alarm ${alarm.name} is in ALARM`;
  if (periods.length < STOP_PERIODS) return undefined;
  const { requests, errors } = countRequests(periods.slice(-STOP_PERIODS));
  if (requests === 0 || errors / requests <= stop.errorRatio) return undefined;
  return `${errors} of ${requests} requests failed in the last ${STOP_PERIODS * 10} s`;
}

/** An unhealthy stage affects users already, and would hide the effect of a fault. @throws OperatorError naming why */
export function refuseUnhealthy(snapshot: Snapshot, stopAlarm: RegExp): void {
  const { group, refresh } = snapshot;
  const remedy = 'wait until the stage is stable (npm run status)';
  const serving = `${servingMembers(snapshot).length} of ${group.desired} instances of ${group.name} serve`;
  if (!isAtCapacity(snapshot)) throw new OperatorError(`${serving}: ${remedy}`);
  if (isRefreshing(snapshot)) throw new OperatorError(`an instance refresh is ${refresh?.status}: ${remedy}`);
  const alarm = alarmOf(snapshot, stopAlarm);
  if (alarm) throw new OperatorError(`the alarm ${alarm.name} is in ALARM (${alarm.reason}): ${remedy}`);
}

/** Load on one stage and a fault in another would show nothing. @throws OperatorError when the target is not the stage */
export async function refuseOtherStage(target: Reader, stageUrl: string, tokens: Tokens): Promise<void> {
  const { id } = await postTimestamp(target.url, tokens);
  if (target.url === stageUrl || (await isStored({ ...target, url: stageUrl }, id))) return;
  throw new OperatorError(`a timestamp recorded at ${target.url} is not found at ${stageUrl}: is --stage right?`);
}

function alarmOf({ alarms }: Snapshot, pattern: RegExp) {
  return alarms.find(({ name, state }) => pattern.test(name) && state === 'ALARM');
}
