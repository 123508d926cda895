import { z } from 'zod';
import type { OptionTable } from '../cli/arguments.ts';
import type { CommandLine } from '../cli/run.ts';
import { imageId, STAGE_OPTION } from '../cli/values.ts';

const CDK = 'node_modules/.bin/cdk';

/** The options that `plan` and `deploy` share. */
export const CDK_OPTIONS = {
  stage: STAGE_OPTION,
  ami: {
    type: 'string',
    value: '<ami-id>',
    schema: imageId(),
    help: "image to launch (default: the one in Packer's manifest)",
  },
  set: {
    type: 'string',
    value: '<name=value>',
    multiple: true,
    schema: z
      .string()
      .regex(/^[A-Za-z]\w*=/)
      .describe('name=value, such as nat=per-az'),
    help: 'override a setting of infra/settings/table.ts for this deployment',
  },
} as const satisfies OptionTable;

/** The deployment that cdk works on. */
export interface CdkTarget {
  readonly stage: string;
  /** Settings of `infra/settings/table.ts` to override, as `name=value`. @default - none */
  readonly settings?: readonly string[];
  /** Image to launch. @default - the one in Packer's manifest */
  readonly amiId?: string | undefined;
}

/** Shows what a deploy would change, a new image included. */
export function planLine(target: CdkTarget): CommandLine {
  return [CDK, 'diff', ...contextOf(target)];
}

/** Deploys all stacks; without `approved`, cdk asks before it widens permissions or opens ports. */
export function deployLine(target: CdkTarget, { approved }: { readonly approved: boolean }): CommandLine {
  return [CDK, 'deploy', '--all', '--require-approval', approved ? 'never' : 'broadening', ...contextOf(target)];
}

/** Deletes all stacks without asking: the script has asked already. */
export function destroyLine(target: CdkTarget): CommandLine {
  return [CDK, 'destroy', '--all', '--force', ...contextOf(target)];
}

function contextOf({ stage, settings = [], amiId }: CdkTarget): string[] {
  const context = [`stage=${stage}`, ...(amiId ? [`amiId=${amiId}`] : []), ...settings];
  return context.flatMap((entry) => ['-c', entry]);
}
