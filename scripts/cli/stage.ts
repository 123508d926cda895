import type { ValueOption } from './arguments.ts';
import { UsageError } from './errors.ts';

/** The stages that the stack has settings for. */
export const STAGES = ['dev', 'prod'] as const;

/** Name of one deployment of the whole. */
export type Stage = (typeof STAGES)[number];

/** The `--stage` option, the same in each command. */
export const STAGE_OPTION = {
  type: 'string',
  value: '<stage>',
  default: 'dev',
  help: `which deployment: ${STAGES.join(' or ')}`,
} as const satisfies ValueOption;

/** Reads a stage's name. */
export function parseStage(text: string): Stage {
  const stage = STAGES.find((name) => name === text);
  if (!stage) throw new UsageError(`--stage is '${text}': expected ${STAGES.join(' or ')}`);
  return stage;
}
