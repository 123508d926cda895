import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OUTPUTS, REPLICA_REGIONS, stackNames } from '../../infra/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { loadStage } from '../scaling/template/template.ts';

const stackSchema = z.object({
  /** `aws://unknown-account/eu-west-1` */
  environment: z.string().transform((text) => text.split('/').at(-1) ?? ''),
  properties: z.object({
    requiresBootstrapStackVersion: z.number().default(0),
    bootstrapStackVersionSsmParameter: z.string(),
  }),
});

const manifest = z.object({ artifacts: z.record(z.string(), z.unknown()) });

const reference = z.object({ Ref: z.string() });

/** What `cdk synth` wrote for a stage: its templates, its region, and the `cdk bootstrap` that it expects. */
export type Assembly = Awaited<ReturnType<typeof readAssembly>>;

/** Reads CDK's output folder. @throws OperatorError when it has no stack of the stage */
export async function readAssembly(folder: string, stage: string) {
  const file = join(folder, 'manifest.json');
  const { artifacts } = manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  const stack = stackSchema.safeParse(artifacts[stackNames(stage).service]);
  if (!stack.success) {
    throw new OperatorError(`${file} has no stack of stage ${stage}: ${z.prettifyError(stack.error)}`);
  }
  const { environment: region, properties } = stack.data;
  const templates = await loadStage(folder, stage);
  const data = templates.find((template) => template.stack === stackNames(stage).data);
  const madeFor = (output: string) => reference.safeParse(data?.Outputs[output]?.Value).data?.Ref;
  return {
    region,
    templates,
    /** The regions with a replica of the table, as in the output of the data stack: `a,b`, or nothing. */
    replicaRegions: String(data?.Outputs[REPLICA_REGIONS]?.Value ?? ''),
    /** The logical id of the secret of the stage; undefined outside the home region, which makes it. */
    homeSecret: madeFor(OUTPUTS.data.secretArn),
    /** The logical id of the table; undefined if the setting `tableName` names another one. */
    ownTable: madeFor(OUTPUTS.data.tableName),
    bootstrap: {
      parameter: properties.bootstrapStackVersionSsmParameter,
      version: properties.requiresBootstrapStackVersion,
    },
  };
}
