import { stackNames } from '../../../infra/contract.ts';
import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import type { Group } from '../../aws/auto-scaling.ts';
import { deployedTemplateText } from '../../aws/cloudformation.ts';
import { USUAL_METRIC_DELAY_S } from '../../scaling/model/controller.ts';
import { servingGroup } from '../../scaling/template/group.ts';
import { readTargetGroup } from '../../scaling/template/load-balancer.ts';
import { readScaling } from '../../scaling/template/scaling.ts';
import { StageTemplates } from '../../scaling/template/stage.ts';
import { parseTemplate } from '../../scaling/template/template.ts';
import { predict } from '../core/prediction.ts';
import type { Observation } from '../core/run-record.ts';

/** What decides the size of a deployed fleet. */
export type StageScaling = Awaited<ReturnType<typeof readStageScaling>>;

/**
 * Reads alarms, steps and times from the templates that a stage was last deployed with. The bounds are those that the
 * group has now: a schedule or a person may have changed them since.
 */
export async function readStageScaling(stage: string, { min, max }: Group, requestsPerInstance: number | undefined) {
  const { network, service } = stackNames(stage);
  const templates = [network, service].map(async (name) => parseTemplate(name, await deployedTemplateText(name)));
  const resources = new StageTemplates(await Promise.all(templates));
  const group = servingGroup(resources);
  const { deregistrationDelayS, healthCheck } = readTargetGroup(resources, group);
  return {
    settings: { ...readScaling(resources, group), bounds: { min, max } },
    drainS: deregistrationDelayS,
    detectS: healthCheck.intervalS * healthCheck.unhealthyThreshold,
    requestsPerInstance,
  };
}

/** What the scaling model predicts for the load of a run. CloudWatch's periods begin with the minutes of the clock. */
export function predictRun(startedAt: Date, observations: readonly Observation[], scaling: StageScaling) {
  const fromS = -(startedAt.getTime() % (METRIC_PERIOD_S * 1_000)) / 1_000;
  return predict({ ...scaling, timeFactor: 1, fromS, metricDelayS: USUAL_METRIC_DELAY_S }, observations);
}
