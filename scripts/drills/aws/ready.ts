import { OperatorError } from '../../cli/errors.ts';
import { isRefreshing, isWhole, type Snapshot, servingMembers } from './snapshot.ts';

/**
 * Refuses to drill a stage that is not well: the fault would hit people who are hit already, and prove nothing.
 *
 * @throws OperatorError naming what is wrong
 */
export function refuseUnwell(snapshot: Snapshot, stopAlarm: RegExp): void {
  const { group, alarms, refresh } = snapshot;
  const remedy = 'let it come to rest first (npm run status)';
  if (!isWhole(snapshot)) {
    const serving = servingMembers(snapshot).length;
    throw new OperatorError(`${serving} of ${group.desired} instances of ${group.name} serve: ${remedy}`);
  }
  if (isRefreshing(snapshot)) throw new OperatorError(`an instance refresh is ${refresh?.status}: ${remedy}`);
  const ringing = alarms.find(({ name, state }) => stopAlarm.test(name) && state === 'ALARM');
  if (ringing) throw new OperatorError(`the alarm ${ringing.name} rings (${ringing.reason}): ${remedy}`);
}
