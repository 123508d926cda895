import { z } from 'zod';
import type { OptionTable, Values } from '../cli/arguments.ts';
import type { CommandLine } from '../cli/run.ts';
import { imageId, STAGE_OPTION } from '../cli/values.ts';

/** The options that `plan` and `deploy` share. */
export const CDK_OPTIONS = {
  stage: STAGE_OPTION,
  ami: { value: '<ami-id>', schema: imageId(), help: "image to launch (default: the one in Packer's manifest)" },
  set: {
    value: '<name=value>',
    multiple: true,
    schema: z
      .string()
      .regex(/^[A-Za-z]\w*=/)
      .describe('name=value, such as nat=per-az'),
    help: 'override a setting of infra/settings/table.ts for this deployment',
  },
} as const satisfies OptionTable;

/** The deployment that cdk works on: values of `CDK_OPTIONS`. */
type CdkTarget = Partial<Values<typeof CDK_OPTIONS>> & { readonly stage: string };

/** A cdk command on the stacks of one stage. */
export function cdkLine(command: readonly string[], { stage, ami, set = [] }: CdkTarget): CommandLine {
  const context = [`stage=${stage}`, ...(ami ? [`amiId=${ami}`] : []), ...set];
  return ['node_modules/.bin/cdk', ...command, ...context.flatMap((entry) => ['-c', entry])];
}
