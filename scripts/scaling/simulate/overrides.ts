import { z } from 'zod';
import { parseValue } from '../../cli/arguments.ts';
import { UsageError } from '../../cli/errors.ts';
import { wholeNumber } from '../../cli/values.ts';
import { directionOf, type ScalingAlarm, type ScalingRule, type ScalingSettings } from '../model/settings.ts';

type Override = (settings: ScalingSettings, value: string, name: string) => ScalingSettings;
type Direction = ReturnType<typeof directionOf>;

/** What `--set` can change, and how. */
const OVERRIDES: Readonly<Record<string, Override>> = {
  min: (settings, value) => ({ ...settings, bounds: { ...settings.bounds, min: whole('min', value) } }),
  max: (settings, value) => ({ ...settings, bounds: { ...settings.bounds, max: whole('max', value) } }),
  warmup: (settings, value) => ({ ...settings, warmupS: whole('warmup', value) }),
  'out.threshold': setThreshold('out'),
  'in.threshold': setThreshold('in'),
  'out.periods': setPeriods('out'),
  'in.periods': setPeriods('in'),
  'out.steps': setSteps('out'),
  'in.steps': setSteps('in'),
};

/** Names that `--set` knows. */
export const OVERRIDE_NAMES = Object.keys(OVERRIDES);

/**
 * Applies `name=value` changes to scaling settings. Steps are written as metric value and change, from the threshold
 * outwards: `out.steps=60:1/75:2`.
 *
 * @throws UsageError for an unknown name, a wrong value, and bounds that contradict each other.
 */
export function applyOverrides(settings: ScalingSettings, changes: readonly string[]): ScalingSettings {
  const changed = changes.reduce((before, change) => {
    const [name = '', value] = change.split('=');
    const override = OVERRIDES[name];
    if (!override || value === undefined) {
      throw new UsageError(`--set is '${change}': expected <name>=<value> with one of ${OVERRIDE_NAMES.join(', ')}`);
    }
    return override(before, value, name);
  }, settings);
  const { min, max } = changed.bounds;
  if (min > max)
    throw new UsageError(`--set gives a minimum of ${min} and a maximum of ${max}: raise max, or lower min`);
  return changed;
}

function setThreshold(direction: Direction): Override {
  return (settings, value, name) => changeAlarms(settings, direction, { threshold: number(name, value) });
}

function setPeriods(direction: Direction): Override {
  return (settings, value, name) => {
    const count = whole(name, value);
    return changeAlarms(settings, direction, { evaluationPeriods: count, datapointsToAlarm: count });
  };
}

/** Sets the steps, and the threshold at which the first one begins. */
function setSteps(direction: Direction): Override {
  const [near, far] =
    direction === 'out' ? (['lowerBound', 'upperBound'] as const) : (['upperBound', 'lowerBound'] as const);
  return (settings, text, name) => {
    const pairs = text.split('/').map((step) => {
      const [at = '', adjustment = ''] = step.split(':');
      return { at: number(name, at), adjustment: number(name, adjustment) };
    });
    requireDirection(direction, name, text, pairs);
    const threshold = pairs[0]?.at ?? 0;
    const steps = pairs.map(({ at, adjustment }, index) => {
      const next = pairs[index + 1];
      return { [near]: at - threshold, ...(next && { [far]: next.at - threshold }), adjustment };
    });
    return changeRules(settings, direction, ({ alarm, policy }) => ({
      alarm: { ...alarm, threshold },
      policy: { ...policy, steps },
    }));
  };
}

/** A step in the other direction would silently turn the policy into the opposite one. */
function requireDirection(
  direction: Direction,
  name: string,
  text: string,
  pairs: readonly { readonly adjustment: number }[],
): void {
  const [sign, expected] =
    direction === 'out' ? [1, 'instances to add, as in 60:1/75:2'] : [-1, 'instances to take away, as in 40:-1/15:-2'];
  if (pairs.every(({ adjustment }) => Math.sign(adjustment) === sign)) return;
  throw new UsageError(`--set ${name} is '${text}': expected ${expected}`);
}

function changeAlarms(settings: ScalingSettings, direction: Direction, change: Partial<ScalingAlarm>) {
  return changeRules(settings, direction, (rule) => ({ ...rule, alarm: { ...rule.alarm, ...change } }));
}

function changeRules(settings: ScalingSettings, direction: Direction, change: (rule: ScalingRule) => ScalingRule) {
  const rules = settings.rules.map((rule) => (directionOf(rule) === direction ? change(rule) : rule));
  return { ...settings, rules };
}

function number(name: string, text: string): number {
  const schema = z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number);
  return parseValue(`--set ${name}`, schema.describe('a number'), text);
}

function whole(name: string, text: string): number {
  return parseValue(`--set ${name}`, wholeNumber(), text);
}
