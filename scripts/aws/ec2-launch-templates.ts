import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained } from './call.ts';

/** One version of a launch template. */
export interface TemplateVersion {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Creates a version that differs from another one in its image only; returns it. */
export async function versionWithImage({ id, version }: TemplateVersion, imageId: string): Promise<TemplateVersion> {
  const call = client().send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: id,
      SourceVersion: version,
      VersionDescription: `drill with ${imageId}`,
      LaunchTemplateData: { ImageId: imageId },
    }),
  );
  const { LaunchTemplateVersion } = await explained(`create a version of ${id} with ${imageId}`, call);
  const number = LaunchTemplateVersion?.VersionNumber;
  if (number !== undefined) return { id, version: String(number) };
  throw new OperatorError(`EC2 created a version of ${id} but returned no number: look for it in the console`);
}

/** Deletes a version; instances that were launched from it stay. */
export async function deleteVersion({ id, version }: TemplateVersion): Promise<void> {
  const call = client().send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }));
  const { UnsuccessfullyDeletedLaunchTemplateVersions: failures } = await explained(`delete ${id}:${version}`, call);
  const reason = failures?.[0]?.ResponseError?.Message;
  if (reason) throw new OperatorError(`cannot delete ${id}:${version}: ${reason}; delete it by hand`);
}
