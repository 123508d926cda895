import { OperatorError } from '../cli/errors.ts';

/** Where Packer tells what its last bake on AWS made; the stack reads it too. */
export const MANIFEST = 'packer-manifest.json';

/** The part of Packer's manifest that is read here. */
interface Manifest {
  readonly last_run_uuid: string;
  readonly builds: readonly {
    readonly packer_run_uuid: string;
    readonly artifact_id: string;
    readonly custom_data?: Readonly<Record<string, string>>;
  }[];
}

/** Id of the image that Packer's last run made in a region; the run must be the one of `imageName`. */
export function bakedImageId(manifestText: string, imageName: string, region: string): string {
  const { last_run_uuid, builds } = JSON.parse(manifestText) as Manifest;
  const build = builds.find(({ packer_run_uuid }) => packer_run_uuid === last_run_uuid);
  const name = build?.custom_data?.['image_name'];
  if (!build || name !== imageName) {
    throw new OperatorError(`Packer's manifest is of ${name ?? 'no image'}, expected ${imageName}: bake again`);
  }
  // "eu-west-1:ami-…,us-east-1:ami-…"
  const artifact = build.artifact_id.split(',').find((id) => id.startsWith(`${region}:`));
  if (!artifact) {
    throw new OperatorError(`Packer made ${build.artifact_id}, none of it in ${region}: set AWS_REGION to its region`);
  }
  return artifact.slice(region.length + 1);
}
