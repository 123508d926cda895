import type { Plan } from '../plan.ts';
import type { DrilledStage, Snapshot } from '../snapshot.ts';
import { prepareExperiment } from './experiment.ts';
import type { Fault } from './fault.ts';
import { prepareImageRollout } from './image-rollout.ts';
import { prepareRefresh } from './instance-refresh.ts';
import { prepareZoneLoss } from './lose-zone.ts';
import { prepareTermination } from './terminate-instance.ts';

/** What the operator says about the fault. */
export interface FaultChoice {
  /** @default - the zone that has most instances */
  readonly zone?: string;
  /** Experiment of AWS FIS that loses the zone. @default - its targets are deregistered */
  readonly fisTemplate?: string;
  /** Image that is rolled out. @default - that of the stage */
  readonly image?: string;
}

/** Chooses the victims of a plan's fault; undefined for a plan without one. Changes nothing yet. */
export function prepareFault(
  { fault }: Pick<Plan, 'fault'>,
  stage: DrilledStage,
  before: Snapshot,
  { zone, fisTemplate, image }: FaultChoice,
): Fault | undefined {
  switch (fault) {
    case undefined:
      return undefined;
    case 'terminate-instance':
      return prepareTermination(before);
    case 'instance-refresh':
      return image ? prepareImageRollout(stage, before, image) : prepareRefresh(stage, before);
    case 'lose-zone':
      return fisTemplate ? prepareExperiment(fisTemplate) : prepareZoneLoss(stage, before, zone);
  }
}
