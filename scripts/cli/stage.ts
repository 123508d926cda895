import { STAGE_NAME } from '../../server/contract.ts';
import type { ValueOption } from './arguments.ts';
import { UsageError } from './errors.ts';

/** The `--stage` option, the same in each command. */
export const STAGE_OPTION = {
  type: 'string',
  value: '<stage>',
  default: 'dev',
  help: 'which deployment: dev, prod, or a name of your own (prod-... is safe like prod)',
} as const satisfies ValueOption;

/** Checks a stage's name, so that a typing error is reported before AWS is called. */
export function parseStage(text: string): string {
  if (STAGE_NAME.pattern.test(text)) return text;
  throw new UsageError(`--stage is '${text}': expected ${STAGE_NAME.description}, such as dev`);
}
