import { OperatorError, UsageError } from '../../cli/errors.ts';
import { type DrillScenario, SCENARIO_NAMES, SCENARIOS } from '../registry.ts';

/** A stretch of load in requests per second. */
export interface Phase {
  readonly name: string;
  readonly durationS: number;
  readonly fromPerS: number;
  readonly toPerS: number;
}

/** A drill with all its numbers. */
export interface Plan extends Omit<DrillScenario, 'load'> {
  readonly name: string;
  readonly target: string;
  readonly phases: readonly Phase[];
  /** The longest it takes; faults that end early end it early. */
  readonly durationS: number;
}

/** What the operator chose. */
export interface Choice {
  readonly scenario: string;
  readonly target: string;
  readonly ratePerS: number;
  readonly peakPerS: number;
  /** Length of the whole load; its stretches shrink or grow in proportion. @default - that of the scenario */
  readonly durationS?: number;
  /** When the fault begins. @default - when that of the scenario does */
  readonly faultAtS?: number;
}

/** Seconds that a fault needs after it began to show anything. */
const SHORTEST_AFTER_FAULT_S = 30;

/** @throws UsageError naming all scenarios when there is none of that name */
export function scenarioNamed(name: string): DrillScenario {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario) return scenario;
  throw new UsageError(`there is no scenario '${name}': expected ${SCENARIO_NAMES.join(', ')}`);
}

/** Turns a scenario and the operator's numbers into a plan. */
export function planDrill({ scenario: name, target, ratePerS, peakPerS, durationS, ...choice }: Choice): Plan {
  const { load, ...scenario } = scenarioNamed(name);
  const fullS = load.reduce((sum, stretch) => sum + stretch.durationS, 0);
  const factor = (durationS ?? fullS) / fullS;
  const rates = { rate: ratePerS, peak: peakPerS };
  const phases = load.map((stretch) => ({
    name: stretch.name,
    durationS: Math.max(1, Math.round(stretch.durationS * factor)),
    fromPerS: rates[stretch.from],
    toPerS: rates[stretch.to],
  }));
  const plan = {
    ...scenario,
    faultAtS: choice.faultAtS ?? scenario.faultAtS,
    name,
    target,
    phases,
    durationS: phases.reduce((sum, phase) => sum + phase.durationS, 0),
  };
  refuseTooShort(plan);
  return plan;
}

function refuseTooShort({ name, durationS, fault, faultAtS, holdS = 0 }: Plan): void {
  const neededS = faultAtS + holdS + SHORTEST_AFTER_FAULT_S;
  if (fault === 'none' || durationS >= neededS) return;
  throw new OperatorError(`--duration is ${durationS}: ${name} needs ${neededS} s at least, for its fault to show`);
}

/** How many requests a plan sends at most. */
export function plannedRequests({ phases }: Pick<Plan, 'phases'>): number {
  return phases.reduce((sum, { durationS, fromPerS, toPerS }) => sum + (durationS * (fromPerS + toPerS)) / 2, 0);
}
