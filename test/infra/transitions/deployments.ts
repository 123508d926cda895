import { readSettings } from '../../../infra/settings/read.ts';
import { synthesize } from '../synthesize.ts';
import { CHANGEABLE, combinedFlips, type Flip, flipsOf } from './flips.ts';

/** The stages whose settings are changed. */
export const STAGES = ['dev', 'prod'] as const;

/** Whether the settings contradict each other neither before nor after the change. */
export function isPossible(stage: string, { from, to }: Flip): boolean {
  return [from, to].every((overrides) => {
    try {
      readSettings(stage, (name) => overrides[name]);
      return true;
    } catch {
      return false;
    }
  });
}

/** Every deployment before or after a change. */
export function* everyDeployment(stages: readonly string[] = STAGES) {
  for (const stage of stages) {
    const flips = [...CHANGEABLE.flatMap((setting) => flipsOf(setting, stage)), ...combinedFlips(stage)];
    for (const { from, to } of flips.filter((flip) => isPossible(stage, flip)))
      for (const overrides of [from, to]) {
        const { data, network, service, operations } = synthesize(stage, overrides);
        yield { stage, stacks: { data, network, service, operations } };
      }
  }
}
