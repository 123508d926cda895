import { stackNames } from '../../../infra/contract.ts';
import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import { deployedTemplateText } from '../../aws/cloudformation.ts';
import { USUAL_METRIC_DELAY_S } from '../../scaling/model/controller.ts';
import { servingGroup } from '../../scaling/template/group.ts';
import { readTargetGroup } from '../../scaling/template/load-balancer.ts';
import { readScaling } from '../../scaling/template/scaling.ts';
import { StageTemplates } from '../../scaling/template/stage.ts';
import { parseTemplate } from '../../scaling/template/template.ts';
import { type PredictOptions, predict } from '../core/prediction.ts';
import type { DrillRun } from '../core/run-record.ts';

/** What decides the size of a deployed fleet. */
export type StageScaling = Pick<PredictOptions, 'settings' | 'drainS' | 'detectS' | 'requestsPerInstance'>;

/**
 * Reads alarms, steps and times from the templates that a stage was last deployed with.
 *
 * @param bounds those that the group has now: a schedule or a person may have changed them since
 */
export async function readStageScaling(
  stage: string,
  bounds: StageScaling['settings']['bounds'],
): Promise<StageScaling> {
  const { network, service } = stackNames(stage);
  const templates = await Promise.all(
    [network, service].map(async (name) => parseTemplate(name, await deployedTemplateText(name))),
  );
  const resources = new StageTemplates(templates);
  const group = servingGroup(resources);
  const { deregistrationDelayS, healthCheck } = readTargetGroup(resources, group);
  const { min, max } = bounds;
  return {
    settings: { ...readScaling(resources, group), bounds: { min, max } },
    drainS: deregistrationDelayS,
    detectS: healthCheck.intervalS * healthCheck.unhealthyThreshold,
  };
}

/** Adds what the scaling model predicts for the load. CloudWatch's periods begin with the minutes of the clock. */
export function withPrediction(run: DrillRun, scaling: StageScaling): DrillRun {
  const fromS = -(Date.parse(run.startedAt) % (METRIC_PERIOD_S * 1_000)) / 1_000;
  const inputs = { ...scaling, timeFactor: 1, fromS, metricDelayS: USUAL_METRIC_DELAY_S };
  const prediction = predict(inputs, run.observations);
  return prediction ? { ...run, prediction } : run;
}
