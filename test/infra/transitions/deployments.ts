import { readSettings } from '../../../infra/settings/read.ts';
import { type Overrides, type Synthesized, synthesize } from '../synthesize.ts';
import { CHANGEABLE, combinedFlips, type Flip, flipsOf } from './flips.ts';

/** The stages whose settings are changed. */
export const STAGES = ['dev', 'prod'] as const;

const synthesized = new Map<string, Synthesized>();

/** Synthesises each deployment once. */
export function deployment(stage: string, overrides: Overrides): Synthesized {
  const key = JSON.stringify([stage, overrides]);
  const stacks = synthesized.get(key) ?? synthesize(stage, overrides);
  synthesized.set(key, stacks);
  return stacks;
}

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
export function* everyDeployment() {
  for (const stage of STAGES) {
    const flips = [...CHANGEABLE.flatMap((setting) => flipsOf(setting, stage)), ...combinedFlips(stage)];
    for (const { from, to } of flips.filter((flip) => isPossible(stage, flip)))
      for (const overrides of [from, to]) {
        const { data, network, service, operations } = deployment(stage, overrides);
        yield { stage, stacks: { data, network, service, operations } };
      }
  }
}
