import { z } from 'zod';
import type { OptionTable, Values } from '../cli/arguments.ts';
import { type CommandLine, run, runWithoutNoise } from '../cli/run.ts';
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

/** What the cdk CLI and the SDK inside it would ask the network for; a synthesis needs none of it. */
const OFFLINE = {
  CDK_DISABLE_VERSION_CHECK: '1',
  CDK_DISABLE_CLI_TELEMETRY: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Lines that cdk adds to each synthesis, and that tell nothing about the stage. */
const NOISE = [
  /^Successfully synthesized to /,
  /^Supply a stack id /,
  /^\d+ feature flags are not configured/,
  /: Subprocess exited with error \d+$/,
];

/**
 * An annotation of ours, as cdk prints it: where in the code it is made, its text, the constructs that have it, and how
 * to acknowledge it in code. Findings of cdk-nag name their plugin instead, and their construct is the finding.
 */
const ANNOTATION =
  /^(?:file:.*\n)?((?:WARNING|INFO) .*) \(Construct Annotations\)\n(?: .*\n)*? +Acknowledge with '.*'$/gm;

const SYNTH_DEADLINE_MS = 300_000;

/** Runs a synthesis and prints its findings. A wrong setting or a missing image is an error of one line. */
export async function synthesize(line: CommandLine, { dryRun = false } = {}): Promise<void> {
  if (dryRun) await run(line, { dryRun });
  else {
    // An operator needs only the sentence.
    const tidy = (output: string) => output.replaceAll(ANNOTATION, '$1');
    await runWithoutNoise(line, NOISE, { env: OFFLINE, deadlineMs: SYNTH_DEADLINE_MS, tidy });
  }
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
