import { OperatorError } from '../../cli/errors.ts';
import type { LoadPlan } from '../artillery/script.ts';
import { type DrillOn, drillNamed } from '../registry.ts';

/** A drill with all its numbers. */
export interface Plan extends Omit<DrillOn<'aws'>, 'load'>, LoadPlan {
  readonly faultAtS: number;
  /** The longest time it takes; it ends earlier when its fault does. */
  readonly durationS: number;
}

/** What the operator chose. */
interface PlanDrillOptions {
  readonly drill: string;
  readonly target: string;
  readonly ratePerS: number;
  readonly peakPerS: number;
  /** Length of the whole load; its phases shrink or grow in proportion. @default - that of the drill */
  readonly durationS?: number | undefined;
  /** When the fault begins. @default - when that of the drill begins */
  readonly faultAtS?: number | undefined;
}

/** Seconds of steady load before a fault. */
const STEADY_S = 60;
/** Seconds after its start that a fault needs to show an effect. */
const SHORTEST_AFTER_FAULT_S = 30;

/** Turns a drill and the operator's numbers into a plan. */
export function planDrill({ drill: name, target, ratePerS, peakPerS, durationS, ...options }: PlanDrillOptions): Plan {
  const { load, ...drill } = drillNamed('aws', name);
  const fullS = load.reduce((sum, phase) => sum + phase.durationS, 0);
  const factor = (durationS ?? fullS) / fullS;
  const rates = { rate: ratePerS, peak: peakPerS };
  const phases = load.map((phase) => ({
    name: phase.name,
    durationS: Math.max(1, Math.round(phase.durationS * factor)),
    fromPerS: rates[phase.from],
    toPerS: rates[phase.to],
  }));
  const plan = {
    ...drill,
    faultAtS: options.faultAtS ?? drill.faultAtS ?? STEADY_S,
    target,
    phases,
    durationS: phases.reduce((sum, phase) => sum + phase.durationS, 0),
  };
  refuseTooShort(plan);
  return plan;
}

function refuseTooShort({ name, durationS, fault, faultAtS, holdS = 0 }: Plan): void {
  const neededS = faultAtS + holdS + SHORTEST_AFTER_FAULT_S;
  if (!fault || durationS >= neededS) return;
  throw new OperatorError(`--duration is ${durationS}: ${name} needs ${neededS} s at least, for its fault to show`);
}

/** How many requests a plan sends at most. */
export function plannedRequests({ phases }: Pick<Plan, 'phases'>): number {
  return phases.reduce((sum, { durationS, fromPerS, toPerS }) => sum + (durationS * (fromPerS + toPerS)) / 2, 0);
}
