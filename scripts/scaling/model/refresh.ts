import { type AlarmRule, type AlarmState, type Datapoint, evaluateAlarm, evaluationRange } from './alarm.ts';

/** An alarm that fails an instance refresh. Alarms on metrics that the model does not compute see no data. */
export interface RollbackAlarm extends AlarmRule {
  readonly name: string;
  /** Namespace and name, as in `AWS/AutoScaling GroupPendingInstances`; undefined for metric math. */
  readonly metric: string | undefined;
}

/** Preferences of an instance refresh, as a template has them. */
export interface RefreshPreferences {
  readonly minHealthyPercent: number;
  readonly maxHealthyPercent: number;
  readonly warmupS: number;
  readonly bakeTimeS: number;
  readonly alarms: readonly RollbackAlarm[];
}

/** The outcome of each instance of the new image: it enters service, or its launch is abandoned. */
export type LaunchOutcome =
  | { readonly inServiceAfterS: number }
  /** The group launches the next instance `replacedAfterS` later. */
  | { readonly abandonedAfterS: number; readonly replacedAfterS: number };

export interface RefreshScenario {
  readonly preferences: RefreshPreferences;
  /** Instances in service before the refresh. */
  readonly size: number;
  readonly outcome: LaunchOutcome;
  readonly drainS: number;
  /** Seconds from the end of a period until CloudWatch shows its data point. */
  readonly metricDelayS: number;
  /** Second of the minute in which the refresh starts: metrics are sampled at full minutes. @default 0 */
  readonly startsAtSecond?: number;
}

/** How a refresh ends: by success, by an alarm, or because no instance could be replaced for an hour. */
export interface RefreshResult {
  readonly status: 'Successful' | 'Failed';
  readonly endsS: number;
  readonly cause: string;
}

/** A refresh that replaces no instance for this long fails. */
const NO_PROGRESS_S = 3_600;

const MINUTE_S = 60;

interface Instance {
  state: 'pending' | 'inService' | 'terminating' | 'gone';
  readonly isNew: boolean;
  sinceS: number;
}

/** The group metrics that the model computes, per sample. */
const METRICS: Readonly<Record<string, (instances: readonly Instance[]) => number>> = {
  'AWS/AutoScaling GroupInServiceInstances': (instances) => count(instances, 'inService'),
  'AWS/AutoScaling GroupPendingInstances': (instances) => count(instances, 'pending'),
  'AWS/AutoScaling GroupTerminatingInstances': (instances) => count(instances, 'terminating'),
};

/**
 * A rolling instance refresh as CloudFormation runs it: it launches before it terminates, waits for each warm-up, fails
 * when one of its alarms is raised, and otherwise retries launches that fail, for an hour.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export function simulateRefresh(scenario: RefreshScenario): RefreshResult {
  const { preferences, size, startsAtSecond = 0 } = scenario;
  const instances: Instance[] = Array.from({ length: size }, () => ({ state: 'inService', isNew: false, sinceS: 0 }));
  const alarms = preferences.alarms.map((alarm) => watch(alarm, scenario.metricDelayS, instances));
  let progressS = 0;
  let replacedS: number | undefined;
  for (let nowS = 0; ; nowS++) {
    advance(instances, nowS, scenario);
    if (replaceInstances(instances, nowS, scenario)) progressS = nowS;
    if ((nowS + startsAtSecond) % MINUTE_S === 0) {
      const states = alarms.map((alarm) => alarm(instances));
      const rung = preferences.alarms[states.indexOf('ALARM')];
      if (rung) return { status: 'Failed', endsS: nowS, cause: rung.name };
    }
    if (instances.every(({ state, isNew }) => (isNew ? state === 'inService' : state === 'gone'))) replacedS ??= nowS;
    if (replacedS !== undefined && nowS - replacedS >= preferences.bakeTimeS) {
      return { status: 'Successful', endsS: nowS, cause: 'every instance was replaced' };
    }
    if (replacedS === undefined && nowS - progressS >= NO_PROGRESS_S) {
      return { status: 'Failed', endsS: nowS, cause: 'no instance was replaced for an hour' };
    }
  }
}

/** Applies what is due: launches end in service or are abandoned, drained instances are gone. */
function advance(instances: Instance[], nowS: number, { outcome, drainS }: RefreshScenario): void {
  for (const instance of instances) {
    const ageS = nowS - instance.sinceS;
    const change = (state: Instance['state']) => Object.assign(instance, { state, sinceS: nowS });
    if (instance.state === 'terminating' && ageS >= (instance.isNew ? replacementDelayS(outcome) : drainS)) {
      change('gone');
    } else if (instance.state === 'pending' && 'inServiceAfterS' in outcome && ageS >= outcome.inServiceAfterS) {
      change('inService');
    } else if (instance.state === 'pending' && 'abandonedAfterS' in outcome && ageS >= outcome.abandonedAfterS) {
      change('terminating');
    }
  }
  // An abandoned instance leaves no trace in the group.
  const left = instances.filter(({ state, isNew }) => !(isNew && state === 'gone'));
  instances.splice(0, instances.length, ...left);
}

function replacementDelayS(outcome: LaunchOutcome): number {
  return 'replacedAfterS' in outcome ? outcome.replacedAfterS : 0;
}

/** Launches up to the maximum, and terminates an old instance for each warm new one. Returns whether it terminated. */
function replaceInstances(instances: Instance[], nowS: number, { preferences, size }: RefreshScenario): boolean {
  const most = Math.max(size + 1, Math.floor((size * preferences.maxHealthyPercent) / 100));
  const living = instances.filter(({ state }) => state !== 'gone');
  const created = living.filter(({ isNew }) => isNew).length;
  const launches = Math.min(most - living.length, size - created);
  for (let launch = 0; launch < launches; launch++) instances.push({ state: 'pending', isNew: true, sinceS: nowS });
  const warm = living.filter(
    ({ state, isNew, sinceS }) => state === 'inService' && (!isNew || nowS - sinceS >= preferences.warmupS),
  );
  const least = Math.ceil((size * preferences.minHealthyPercent) / 100);
  const spare = Math.max(0, warm.length - least);
  const ending = warm.filter(({ isNew }) => !isNew).slice(0, spare);
  for (const instance of ending) Object.assign(instance, { state: 'terminating', sinceS: nowS });
  return ending.length > 0;
}

/** An alarm that takes a sample of its metric each minute, and returns its state. Before, the group was quiet. */
function watch(alarm: RollbackAlarm, metricDelayS: number, before: readonly Instance[]) {
  const metric = METRICS[alarm.metric ?? ''];
  const samples: Datapoint[] = Array.from({ length: evaluationRange(alarm) }, () => metric?.(before));
  let state: AlarmState = 'OK';
  return (instances: readonly Instance[]): AlarmState => {
    samples.push(metric?.(instances));
    state = evaluateAlarm(alarm, samples.slice(0, samples.length - Math.ceil(metricDelayS / MINUTE_S)), state);
    return state;
  };
}

function count(instances: readonly Instance[], wanted: Instance['state']): number {
  return instances.filter(({ state }) => state === wanted).length;
}
