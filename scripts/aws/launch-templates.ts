import { EC2 } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained, fields, pairs, readList } from './call.ts';

const text = z.string();

/** One version of a launch template. */
export interface TemplateVersion {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

const template = fields({
  id: ['LaunchTemplateId', text],
  defaultVersion: ['DefaultVersionNumber', z.number()],
  latestVersion: ['LatestVersionNumber', z.number()],
  tags: ['Tags', pairs('Key', 'Value')],
});

const versionSchema = fields({
  number: ['VersionNumber', z.number()],
  /** Empty when the version names none. */
  imageId: ['LaunchTemplateData.ImageId', text.default('')],
});

/** A launch template with all its versions. */
export type LaunchTemplate = Awaited<ReturnType<typeof describeLaunchTemplates>>[number];

const client = () => new EC2(CLIENT_SETTINGS);

/** Reads all launch templates of this account and region, with their versions. */
export async function describeLaunchTemplates() {
  const pages = client().paginateDescribeLaunchTemplates({});
  const templates = await readList('list the launch templates', pages, (page) => page.LaunchTemplates, template);
  return await Promise.all(templates.map(async (found) => ({ ...found, versions: await versionsOf(found.id) })));
}

function versionsOf(id: string) {
  // ResolveAlias: a template may say resolve:ssm:/stampede/ami/current instead of an id.
  const pages = client().paginateDescribeLaunchTemplateVersions({ LaunchTemplateId: id, ResolveAlias: true });
  return readList(`list the versions of ${id}`, pages, (page) => page.LaunchTemplateVersions, versionSchema);
}

/** Creates a version that differs from another one in its image only; returns it. */
export async function versionWithImage({ id, version }: TemplateVersion, imageId: string): Promise<TemplateVersion> {
  const call = client().createLaunchTemplateVersion({
    LaunchTemplateId: id,
    SourceVersion: version,
    VersionDescription: `drill with ${imageId}`,
    LaunchTemplateData: { ImageId: imageId },
  });
  const { LaunchTemplateVersion } = await explained(`create a version of ${id} with ${imageId}`, call);
  const number = LaunchTemplateVersion?.VersionNumber;
  if (number !== undefined) return { id, version: String(number) };
  throw new OperatorError(`EC2 created a version of ${id} but returned no number: look for it in the console`);
}

/** Deletes a version; instances that were launched from it stay. */
export async function deleteVersion({ id, version }: TemplateVersion): Promise<void> {
  const call = client().deleteLaunchTemplateVersions({ LaunchTemplateId: id, Versions: [version] });
  const { UnsuccessfullyDeletedLaunchTemplateVersions: failures } = await explained(`delete ${id}:${version}`, call);
  const reason = failures?.[0]?.ResponseError?.Message;
  if (reason) throw new OperatorError(`cannot delete ${id}:${version}: ${reason}; delete it by hand`);
}
