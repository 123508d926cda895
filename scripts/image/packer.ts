import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Architecture } from './architecture.ts';
import { BAKES_DIRECTORY } from './bake-facts.ts';
import { type PayloadOptions, packPayload } from './payload.ts';

/** The input of a bake, the same on AWS and offline. */
export type Bake = Readonly<Awaited<ReturnType<typeof prepareBake>>>;

/** The database with which the application is tested during a bake. */
export const BAKE_DATABASE = { host: '127.0.0.1', port: 18_000, table: 'bake' } as const;

/** Packs the payload of a commit, and names its image and the directory for the facts of the bake. */
export async function prepareBake(options: PayloadOptions) {
  const { architecture, commit } = options;
  const payload = await packPayload(options);
  const name = imageName(payload.version, architecture, commit, new Date());
  return { imageName: name, commit, architecture, payload, factsDirectory: join(BAKES_DIRECTORY, name) };
}

/** The name of an image: sorts by time within a version, and contains what distinguishes images. */
export function imageName(version: string, architecture: Architecture, commit: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `stampede-${version}-${architecture}-${commit.slice(0, 12)}-${time}`;
}

/** The variables of packer.pkr.hcl that every bake sets. */
export function bakeVariables(bake: Bake): Record<string, string> {
  return {
    image_name: bake.imageName,
    app_version: bake.payload.version,
    commit: bake.commit,
    node_version: bake.payload.nodeVersion,
    architecture: bake.architecture,
    payload: bake.payload.path,
    payload_sha256: bake.payload.sha256,
    facts_dir: bake.factsDirectory,
    database_port: String(BAKE_DATABASE.port),
  };
}

/** The variable with the regions to copy the image to, which are all but the first. */
export function copyVariables([, ...copies]: readonly string[]): Record<string, string> {
  return copies.length > 0 ? { copy_regions: JSON.stringify(copies) } : {};
}

/** One `packer` call: `build` or `validate`, of one source. */
export function packerCommand(
  verb: 'build' | 'validate',
  source: 'amazon-ebs.aws' | 'null.offline',
  variables: Readonly<Record<string, string>>,
  template: string,
): CommandLine {
  const assignments = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  return ['packer', verb, `-only=*.${source}`, ...(verb === 'build' ? ['-color=false'] : []), ...assignments, template];
}

const MANIFEST = z.object({
  last_run_uuid: z.string(),
  builds: z.array(
    z.object({
      packer_run_uuid: z.string(),
      artifact_id: z.string(),
      custom_data: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});

/** Id of the image that Packer's last run on AWS made in a region; the run must be the one of `imageName`. */
export async function bakedImageId(imageName: string, region: string, file = 'packer-manifest.json'): Promise<string> {
  const { last_run_uuid, builds } = await readJson(file, MANIFEST);
  const build = builds.find(({ packer_run_uuid }) => packer_run_uuid === last_run_uuid);
  const name = build?.custom_data?.['image_name'];
  if (!build || name !== imageName) {
    throw new OperatorError(`Packer's manifest is of ${name ?? 'no image'}, expected ${imageName}: bake again`);
  }
  // "eu-west-1:ami-…,us-east-1:ami-…"
  const artifact = build.artifact_id.split(',').find((id) => id.startsWith(`${region}:`));
  if (artifact) return artifact.slice(region.length + 1);
  throw new OperatorError(`Packer made ${build.artifact_id}, none of it in ${region}: set AWS_REGION to its region`);
}
