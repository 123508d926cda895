import type { AwsFault } from '../../drill.ts';
import type { Fault } from '../fault-course.ts';
import type { Plan } from '../plan.ts';
import type { DrilledStage, Snapshot } from '../snapshot.ts';
import { prepareClosedPort } from './closed-port.ts';
import { prepareExperiment } from './experiment.ts';
import { prepareImageRollout, prepareRefresh } from './instance-refresh.ts';
import { prepareTermination, prepareZoneLoss } from './lost-capacity.ts';
import { prepareRestore } from './restored-copy.ts';

/** What the operator chooses about the fault: the zone to lose, an experiment that loses it, an image to roll out. */
type FaultOptions = { readonly [Name in 'zone' | 'fisTemplate' | 'image']?: string | undefined };

type Prepare = (stage: DrilledStage, before: Snapshot, options: FaultOptions) => Fault;

/** The faults of the registry's drills. */
const FAULTS: Readonly<Record<AwsFault, Prepare>> = {
  'terminate-instance': (_stage, before) => prepareTermination(before),
  'lose-zone': (stage, before, { fisTemplate, zone }) =>
    fisTemplate ? prepareExperiment(fisTemplate) : prepareZoneLoss(stage, before, zone),
  'instance-refresh': (stage, before, { image }) =>
    image ? prepareImageRollout(stage, before, image) : prepareRefresh(stage, before),
  'restore-copy': (stage) => prepareRestore(stage),
  'close-app-port': prepareClosedPort,
};

/** Chooses the targets of a plan's fault; undefined for a plan without one. Changes nothing yet. */
export function prepareFault({ fault }: Pick<Plan, 'fault'>, ...given: Parameters<Prepare>): Fault | undefined {
  return fault && FAULTS[fault](...given);
}
