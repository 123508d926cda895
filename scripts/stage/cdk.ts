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

/** Where `cdk synth` writes the templates, and where the other cdk commands read them. */
export const ASSEMBLY = 'cdk.out';

const CDK = 'node_modules/.bin/cdk';

/** Synthesises the stacks of one stage, with the image and the settings of this deployment. */
export function synthLine({ stage, ami, set }: Values<typeof CDK_OPTIONS>, folder = ASSEMBLY): CommandLine {
  const context = [`stage=${stage}`, ...(ami ? [`amiId=${ami}`] : []), ...set];
  return [CDK, 'synth', '--quiet', '--output', folder, ...context.flatMap((entry) => ['-c', entry])];
}

/** A cdk command on the synthesised stacks: what was checked is what is compared or deployed. */
export function cdkLine(...command: readonly string[]): CommandLine {
  return cdkLineOf(ASSEMBLY, ...command);
}

/** A cdk command on the stacks that were synthesised into a folder. */
export function cdkLineOf(folder: string, ...command: readonly string[]): CommandLine {
  return [CDK, ...command, '--app', folder];
}

/** The folder for the stacks of one of several regions. */
export function assemblyOf({ region, stacks }: { readonly region: string; readonly stacks: string }): string {
  return `${ASSEMBLY}/${region}-${stacks}`;
}
