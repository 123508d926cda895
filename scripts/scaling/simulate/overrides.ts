import { UsageError } from '../../cli/errors.ts';
import type { ScalingAlarm, ScalingRule, ScalingSettings } from '../model/settings.ts';
import { directionOf } from '../model/settings.ts';
import type { Step } from '../model/step-scaling.ts';

type Override = (settings: ScalingSettings, value: string) => ScalingSettings;

/** What `--set` can change, and how. */
const OVERRIDES: Readonly<Record<string, Override>> = {
  min: (settings, value) => ({ ...settings, bounds: { ...settings.bounds, min: whole('min', value) } }),
  max: (settings, value) => ({ ...settings, bounds: { ...settings.bounds, max: whole('max', value) } }),
  warmup: (settings, value) => ({ ...settings, warmupS: whole('warmup', value) }),
  'out.threshold': (settings, value) => changeAlarms(settings, 'out', { threshold: number('out.threshold', value) }),
  'in.threshold': (settings, value) => changeAlarms(settings, 'in', { threshold: number('in.threshold', value) }),
  'out.periods': (settings, value) => changeAlarms(settings, 'out', periods('out.periods', value)),
  'in.periods': (settings, value) => changeAlarms(settings, 'in', periods('in.periods', value)),
  'out.steps': (settings, value) => changeSteps(settings, 'out', value),
  'in.steps': (settings, value) => changeSteps(settings, 'in', value),
};

/** Names that `--set` knows. */
export const OVERRIDE_NAMES = Object.keys(OVERRIDES);

/**
 * Applies `name=value` changes to scaling settings. Steps are written as metric value and change, from the threshold
 * outwards: `out.steps=60:1/75:2`.
 *
 * @throws UsageError for a name or value that is none, and for bounds that contradict each other.
 */
export function applyOverrides(settings: ScalingSettings, changes: readonly string[]): ScalingSettings {
  const changed = changes.reduce((before, change) => {
    const [name = '', value] = change.split('=');
    const override = OVERRIDES[name];
    if (!override || value === undefined) {
      throw new UsageError(`--set is '${change}': expected <name>=<value> with one of ${OVERRIDE_NAMES.join(', ')}`);
    }
    return override(before, value);
  }, settings);
  const { min, max } = changed.bounds;
  if (min > max)
    throw new UsageError(`--set gives a minimum of ${min} and a maximum of ${max}: raise max, or lower min`);
  return changed;
}

type Direction = ReturnType<typeof directionOf>;

function changeRules(settings: ScalingSettings, direction: Direction, change: (rule: ScalingRule) => ScalingRule) {
  const rules = settings.rules.map((rule) => (directionOf(rule) === direction ? change(rule) : rule));
  return { ...settings, rules };
}

function changeAlarms(settings: ScalingSettings, direction: Direction, change: Partial<ScalingAlarm>) {
  return changeRules(settings, direction, (rule) => ({ ...rule, alarm: { ...rule.alarm, ...change } }));
}

/** Sets the steps, and the threshold that the first one begins at. */
function changeSteps(settings: ScalingSettings, direction: Direction, text: string): ScalingSettings {
  const name = `${direction}.steps`;
  const pairs = text.split('/').map((step) => {
    const [at, adjustment] = step.split(':');
    return { at: number(name, at ?? ''), adjustment: number(name, adjustment ?? '') };
  });
  refuseWrongWay(direction, name, text, pairs);
  const threshold = pairs[0]?.at ?? 0;
  const steps = pairs.map(({ at, adjustment }, index): Step => {
    const next = pairs[index + 1];
    const [near, far] =
      direction === 'out' ? (['lowerBound', 'upperBound'] as const) : (['upperBound', 'lowerBound'] as const);
    return { [near]: at - threshold, ...(next ? { [far]: next.at - threshold } : {}), adjustment };
  });
  return changeRules(settings, direction, ({ alarm, policy }) => ({
    alarm: { ...alarm, threshold },
    policy: { ...policy, steps },
  }));
}

/** A step that goes the other way would silently make another policy of it. */
function refuseWrongWay(
  direction: Direction,
  name: string,
  text: string,
  pairs: readonly { readonly adjustment: number }[],
): void {
  const [way, example] = direction === 'out' ? ([1, '60:1/75:2'] as const) : ([-1, '40:-1/15:-2'] as const);
  if (pairs.every(({ adjustment }) => Math.sign(adjustment) === way)) return;
  const expected = way > 0 ? 'instances to add' : 'instances to take away';
  throw new UsageError(`--set ${name} is '${text}': expected ${expected}, as in ${example}`);
}

function periods(name: string, value: string) {
  const count = whole(name, value);
  return { evaluationPeriods: count, datapointsToAlarm: count };
}

function number(name: string, value: string): number {
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new UsageError(`--set ${name} is '${value}': expected a number`);
}

function whole(name: string, value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new UsageError(`--set ${name} is '${value}': expected a whole number of 0 or more`);
}
