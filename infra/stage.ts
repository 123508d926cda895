import { STAGE_NAME } from '../server/contract.ts';

/** Stages named `prod` or `prod-…` get the safe values; all others the cheap ones. */
export const isProd = (stage: string): boolean => /^prod(-|$)/.test(stage);

/** Throws when the stage's name breaks the rule. */
export function refuseBadStage(stage: string): void {
  if (STAGE_NAME.pattern.test(stage)) return;
  throw new Error(`Stage is "${stage}", expected ${STAGE_NAME.description}. Say -c stage=dev`);
}
