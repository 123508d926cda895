import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** One version of a launch template. */
export interface TemplateVersion {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Makes a version that differs from another one in its image only; returns it. */
export async function versionWithImage({ id, version }: TemplateVersion, imageId: string): Promise<TemplateVersion> {
  const call = client().send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: id,
      SourceVersion: version,
      VersionDescription: `drill with ${imageId}`,
      LaunchTemplateData: { ImageId: imageId },
    }),
  );
  const made = (await explained(`make a version of ${id} with ${imageId}`, call)).LaunchTemplateVersion?.VersionNumber;
  if (made === undefined)
    throw new OperatorError(`EC2 made a version of ${id} but did not number it: look for it there`);
  return { id, version: String(made) };
}

/** Deletes a version; instances that were launched from it stay. */
export async function deleteVersion({ id, version }: TemplateVersion): Promise<void> {
  const call = client().send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }));
  const { UnsuccessfullyDeletedLaunchTemplateVersions: [failed] = [] } = await explained(
    `delete ${id}:${version}`,
    call,
  );
  if (failed)
    throw new OperatorError(`cannot delete ${id}:${version}: ${failed.ResponseError?.Message}; delete it by hand`);
}
