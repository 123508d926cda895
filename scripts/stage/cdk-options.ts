import type { ListOption, ValueOption } from '../cli/arguments.ts';
import { UsageError } from '../cli/errors.ts';
import { STAGE_OPTION } from '../cli/stage.ts';

/** The options that `plan` and `deploy` share. */
export const CDK_OPTIONS = {
  stage: STAGE_OPTION,
  ami: { type: 'string', value: '<ami-id>', help: "image to launch (default: the one in Packer's manifest)" },
  set: {
    type: 'string',
    value: '<name=value>',
    multiple: true,
    help: 'override a setting of infra/settings/settings.ts for this deployment',
  },
} as const satisfies Record<string, ValueOption | ListOption>;

/** Checks settings given as `name=value`. */
export function parseSettings(entries: readonly string[]): readonly string[] {
  const wrong = entries.find((entry) => !/^[A-Za-z]\w*=/.test(entry));
  if (wrong === undefined) return entries;
  throw new UsageError(`--set is '${wrong}': expected name=value, such as nat=per-az`);
}
