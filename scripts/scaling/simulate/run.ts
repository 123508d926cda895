import { z } from 'zod';
import { instanceHourPrice } from '../../cli/prices.ts';
import { type Scenario, simulate } from '../model/simulation.ts';
import { summarize } from '../model/summary.ts';
import { servingGroup } from '../template/group.ts';
import { readLaunchTemplate } from '../template/launch-template.ts';
import { readTargetGroup } from '../template/load-balancer.ts';
import { readScaling } from '../template/scaling.ts';
import { StageTemplates } from '../template/stage.ts';
import { loadStage } from '../template/template.ts';
import { parseFault } from './options.ts';

/** What the simulation takes from the operator. */
interface RunOptions extends Omit<Scenario, 'settings' | 'times' | 'faults'> {
  readonly bootS: number;
  /** Faults as the command line has them. */
  readonly faults: readonly string[];
  /** Region of the prices. @default - that of the stage's zones */
  readonly region: string | undefined;
}

/** One simulated stage, with what it costs. */
export type Run = ReturnType<typeof runStage>;

/** Reads a synthesised stage. */
export async function readStage(path: string, stage: string) {
  const templates = new StageTemplates(await loadStage(path, stage));
  const group = servingGroup(templates);
  return {
    settings: readScaling(templates, group),
    targetGroup: readTargetGroup(templates, group),
    instanceType: readLaunchTemplate(templates, group).instanceType,
    /** Changes of the group's bounds by the clock. */
    scheduledActions: templates.list('AWS::AutoScaling::ScheduledAction', z.unknown()).length,
  };
}

/** Simulates one stage. */
export function runStage(name: string, stage: Awaited<ReturnType<typeof readStage>>, options: RunOptions) {
  const { settings, instanceType, targetGroup } = stage;
  const { bootS, faults, region, ...others } = options;
  const { intervalS, unhealthyThreshold } = targetGroup.healthCheck;
  const simulation = simulate({
    ...others,
    settings,
    faults: faults.map((fault) => parseFault(fault, settings.zones)),
    times: { bootS, drainS: targetGroup.deregistrationDelayS, detectS: intervalS * unhealthyThreshold },
  });
  const summary = summarize(simulation);
  // A zone is its region with a letter: eu-west-1a.
  const hourPriceUsd = instanceHourPrice(region ?? (settings.zones[0] ?? '').slice(0, -1), instanceType);
  return { name, stage, hourPriceUsd, costUsd: summary.instanceHours * hourPriceUsd, simulation, summary };
}
