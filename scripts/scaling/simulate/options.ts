import { z } from 'zod';
import { parseValue } from '../../cli/arguments.ts';
import { OperatorError, UsageError } from '../../cli/errors.ts';
import { wholeNumber } from '../../cli/values.ts';
import type { Fault } from '../model/fleet.ts';
import { directionOf, type ScalingRule, type ScalingSettings } from '../model/settings.ts';

const measurementSchema = z.object({
  /** Requests per second at 100 % CPU. */
  requestsPerInstance: z.number().positive(),
  /** Seconds from launch to the first request. */
  bootS: z.number().nonnegative().default(60),
});

/** Reads a measurement of one instance. @throws OperatorError naming the file and what it should hold. */
export function parseMeasurement(file: string, text: string) {
  try {
    return measurementSchema.parse(JSON.parse(text));
  } catch (cause) {
    const expected = '{"requestsPerInstance": <requests/s>, "bootS": <seconds>}';
    throw new OperatorError(`${file} is no measurement of an instance: expected ${expected}`, { cause });
  }
}

/** Reads a fault as it is written on the command line: `kill:2@600`, or `lose-zone:eu-west-1a@600-1200`. */
export function parseFault(text: string, zones: readonly string[]): Fault {
  const kill = /^kill:(\d+)@(\d+)$/.exec(text);
  if (kill) return { kind: 'kill', count: Number(kill[1]), atS: Number(kill[2]) };
  const [, zone, from, to] = /^lose-zone:([\w-]+)@(\d+)-(\d+)$/.exec(text) ?? [];
  if (!zone) {
    throw new UsageError(`--fault is '${text}': expected kill:<count>@<second> or lose-zone:<zone>@<from>-<to>`);
  }
  if (!zones.includes(zone)) throw new UsageError(`--fault loses zone '${zone}': expected ${zones.join(', ')}`);
  return { kind: 'lose-zone', zone, atS: Number(from), untilS: Number(to) };
}

type Direction = ReturnType<typeof directionOf>;
type Override = (settings: ScalingSettings, value: string, name: string) => ScalingSettings;
type RuleOverride = (value: string, name: string, direction: Direction) => (rule: ScalingRule) => ScalingRule;

/** What `--set` can change, and how. */
const OVERRIDES: Readonly<Record<string, Override>> = {
  min: (settings, value, name) => ({ ...settings, bounds: { ...settings.bounds, min: whole(name, value) } }),
  max: (settings, value, name) => ({ ...settings, bounds: { ...settings.bounds, max: whole(name, value) } }),
  warmup: (settings, value, name) => ({ ...settings, warmupS: whole(name, value) }),
  'out.threshold': ofRules('out', setThreshold),
  'in.threshold': ofRules('in', setThreshold),
  'out.periods': ofRules('out', setPeriods),
  'in.periods': ofRules('in', setPeriods),
  'out.steps': ofRules('out', setSteps),
  'in.steps': ofRules('in', setSteps),
};

/** Names that `--set` knows. */
export const OVERRIDE_NAMES = Object.keys(OVERRIDES);

/**
 * Applies `name=value` changes. Steps are metric values and changes, from the threshold outwards:
 * `out.steps=60:1/75:2`.
 *
 * @throws UsageError for an unknown name, a wrong value, and bounds that contradict each other.
 */
export function applyOverrides(settings: ScalingSettings, changes: readonly string[]): ScalingSettings {
  const changed = changes.reduce((before, change) => {
    const [name = '', value] = change.split('=');
    const override = OVERRIDES[name];
    if (override && value !== undefined) return override(before, value, name);
    throw new UsageError(`--set is '${change}': expected <name>=<value> with one of ${OVERRIDE_NAMES.join(', ')}`);
  }, settings);
  const { min, max } = changed.bounds;
  if (min <= max) return changed;
  throw new UsageError(`--set gives a minimum of ${min} and a maximum of ${max}: raise max, or lower min`);
}

function ofRules(direction: Direction, override: RuleOverride): Override {
  return (settings, value, name) => {
    const change = override(value, name, direction);
    const rules = settings.rules.map((rule) => (directionOf(rule) === direction ? change(rule) : rule));
    return { ...settings, rules };
  };
}

function setThreshold(value: string, name: string): ReturnType<RuleOverride> {
  const threshold = number(name, value);
  return ({ alarm, policy }) => ({ alarm: { ...alarm, threshold }, policy });
}

function setPeriods(value: string, name: string): ReturnType<RuleOverride> {
  const count = whole(name, value);
  return ({ alarm, policy }) => ({
    alarm: { ...alarm, evaluationPeriods: count, datapointsToAlarm: count },
    policy,
  });
}

const STEPS = {
  out: { near: 'lowerBound', far: 'upperBound', sign: 1, expected: 'instances to add, as in 60:1/75:2' },
  in: { near: 'upperBound', far: 'lowerBound', sign: -1, expected: 'instances to remove, as in 40:-1/15:-2' },
} as const;

/** Sets the steps, and the threshold at which the first one begins. */
function setSteps(text: string, name: string, direction: Direction): ReturnType<RuleOverride> {
  const { near, far, sign, expected } = STEPS[direction];
  const pairs = text.split('/').map((step) => {
    const [at = '', adjustment = ''] = step.split(':');
    return { at: number(name, at), adjustment: number(name, adjustment) };
  });
  // A step in the other direction would silently turn the policy into the opposite one.
  if (pairs.some(({ adjustment }) => Math.sign(adjustment) !== sign)) {
    throw new UsageError(`--set ${name} is '${text}': expected ${expected}`);
  }
  const threshold = pairs[0]?.at ?? 0;
  const steps = pairs.map(({ at, adjustment }, index) => {
    const next = pairs[index + 1];
    return { [near]: at - threshold, ...(next && { [far]: next.at - threshold }), adjustment };
  });
  return ({ alarm, policy }) => ({ alarm: { ...alarm, threshold }, policy: { ...policy, steps } });
}

function number(name: string, text: string): number {
  const decimal = z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number);
  return parseValue(`--set ${name}`, decimal.describe('a number'), text);
}

function whole(name: string, text: string): number {
  return parseValue(`--set ${name}`, wholeNumber(), text);
}
