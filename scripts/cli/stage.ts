import type { ValueOption } from './arguments.ts';
import { UsageError } from './errors.ts';

/** The `--stage` option, the same in each command. */
export const STAGE_OPTION = {
  type: 'string',
  value: '<stage>',
  default: 'dev',
  help: 'which deployment: dev, prod, or a name of your own (prod-... is safe like prod)',
} as const satisfies ValueOption;

/** Checks a stage's name by the rule that the stack has for it, so that a typing error is told before AWS is asked. */
export function parseStage(text: string): string {
  if (/^[a-z][a-z0-9-]{1,11}$/.test(text)) return text;
  throw new UsageError(
    `--stage is '${text}': expected 2 to 12 lower-case letters, digits or dashes, first a letter, such as dev`,
  );
}
