import { z } from 'zod';
import { instanceHourPrice } from '../../cli/prices.ts';
import type { ScalingSettings } from '../model/settings.ts';
import { type Simulation, simulate, type Trace } from '../model/simulation.ts';
import { type Summary, summarize } from '../model/summary.ts';
import { servingGroup } from '../template/group.ts';
import { readLaunchTemplate } from '../template/launch-template.ts';
import { readTargetGroup, type TargetGroup } from '../template/load-balancer.ts';
import { readScaling } from '../template/scaling.ts';
import { StageTemplates } from '../template/stage.ts';
import { loadStage } from '../template/template.ts';
import { parseFault } from './options.ts';

/** What the simulation takes from a stage's templates. */
export interface SimulatedStage {
  readonly settings: ScalingSettings;
  readonly targetGroup: TargetGroup;
  readonly instanceType: string;
  /** Changes of the group's bounds by the clock. */
  readonly scheduledActions: number;
}

/** What it takes from the operator. */
export interface RunInputs {
  readonly trace: Trace;
  readonly requestsPerInstance: number;
  readonly bootS: number;
  readonly metricDelayS: number;
  readonly initialSize: number | undefined;
  /** Faults as the command line has them. */
  readonly faults: readonly string[];
  /** Region of the prices; undefined takes that of the stage's zones. */
  readonly region: string | undefined;
}

/** Reads a synthesised stage. */
export async function readStage(path: string, stage: string): Promise<SimulatedStage> {
  const templates = new StageTemplates(await loadStage(path, stage));
  const group = servingGroup(templates);
  return {
    settings: readScaling(templates, group),
    targetGroup: readTargetGroup(templates, group),
    instanceType: readLaunchTemplate(templates, group).instanceType,
    scheduledActions: templates.list('AWS::AutoScaling::ScheduledAction', z.unknown()).length,
  };
}

/** One simulated stage, with what it costs. */
export interface Run {
  readonly name: string;
  readonly stage: SimulatedStage;
  readonly hourPriceUsd: number;
  readonly simulation: Simulation;
  readonly summary: Summary;
}

/** Price of a run's instances. */
export function costUsd({ summary, hourPriceUsd }: Run): number {
  return summary.instanceHours * hourPriceUsd;
}

/** Simulates one stage. */
export function runStage(name: string, stage: SimulatedStage, inputs: RunInputs): Run {
  const { settings, instanceType, targetGroup } = stage;
  const { intervalS, unhealthyThreshold } = targetGroup.healthCheck;
  const simulation = simulate({
    settings,
    trace: inputs.trace,
    requestsPerInstance: inputs.requestsPerInstance,
    metricDelayS: inputs.metricDelayS,
    faults: inputs.faults.map((fault) => parseFault(fault, settings.zones)),
    times: {
      bootS: inputs.bootS,
      drainS: targetGroup.deregistrationDelayS,
      detectS: intervalS * unhealthyThreshold,
    },
    ...(inputs.initialSize === undefined ? {} : { initialSize: inputs.initialSize }),
  });
  const region = inputs.region ?? regionOf(settings.zones);
  const hourPriceUsd = instanceHourPrice(region, instanceType);
  return { name, stage, hourPriceUsd, simulation, summary: summarize(simulation) };
}

/** A zone is its region with a letter: `eu-west-1a`. */
function regionOf([zone = '']: readonly string[]): string {
  return zone.slice(0, -1);
}
