import { OperatorError } from '../../cli/errors.ts';
import { drillNamed } from '../registry.ts';

/** A drill with all its numbers. */
export type Plan = Readonly<ReturnType<typeof planDrill>>;

/** What the operator chose. */
interface PlanDrillOptions {
  readonly drill: string;
  readonly target: string;
  readonly ratePerS: number;
  readonly peakPerS: number;
  /** Length of the whole load; its phases shrink or grow in proportion. @default - that of the drill */
  readonly durationS?: number | undefined;
  /** When the fault begins: after a steady state that shows a healthy stage. @default 60 */
  readonly faultAtS?: number | undefined;
}

/** Seconds after its start that a fault needs to show an effect. */
const SHORTEST_AFTER_FAULT_S = 30;

/** Turns a drill and the operator's numbers into a plan. @throws OperatorError when the fault could not show */
export function planDrill({ drill: name, target, ratePerS, peakPerS, faultAtS = 60, ...options }: PlanDrillOptions) {
  const { load, ...drill } = drillNamed('aws', name);
  const fullS = load.reduce((sum, phase) => sum + phase.durationS, 0);
  const factor = (options.durationS ?? fullS) / fullS;
  const rates = { rate: ratePerS, peak: peakPerS };
  const phases = load.map((phase) => ({
    name: phase.name,
    durationS: Math.max(1, Math.round(phase.durationS * factor)),
    fromPerS: rates[phase.from],
    toPerS: rates[phase.to],
  }));
  /** The longest time of the drill; it ends earlier when its fault does. */
  const durationS = phases.reduce((sum, phase) => sum + phase.durationS, 0);
  const neededS = faultAtS + (drill.holdS ?? 0) + SHORTEST_AFTER_FAULT_S;
  if (drill.fault && durationS < neededS) {
    throw new OperatorError(`--duration is ${durationS}: ${name} needs ${neededS} s at least, for its fault to show`);
  }
  return { ...drill, target, faultAtS, phases, durationS };
}
