import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, checked, explained, fields, pairs, readPages } from './call.ts';

const text = z.string();

const image = fields({
  id: ['ImageId', text],
  name: ['Name', text.default('')],
  /** `available`, `pending`, `failed` ... */
  state: ['State', text],
  createdAt: ['CreationDate', text.default('').transform((date) => new Date(date))],
  architecture: ['Architecture', text],
  tags: ['Tags', pairs('Key', 'Value')],
});

/** An AMI with its tags. */
export type Image = z.infer<typeof image>;

/** Something that would break, or could not be repeated, without an image. */
export interface ImageUse {
  readonly imageId: string;
  /** `launch template lt-… version 3`, `instance i-…`, `parameter /stampede/ami/current`. */
  readonly by: string;
}

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Reads one image. */
export async function describeImage(id: string): Promise<Image> {
  const doing = `read the image ${id}`;
  const call = client().send(new DescribeImagesCommand({ ImageIds: [id] }));
  const [found] = (await explained(doing, call)).Images ?? [];
  if (!found) throw new OperatorError(`there is no image ${id} in this account and region: check AWS_REGION`);
  return checked(doing, image, found);
}

/** Reads this account's own images of a service, whatever their state. */
export async function describeOwnImages(service: string): Promise<Image[]> {
  const doing = 'list the images';
  const filters = { Owners: ['self'], Filters: [{ Name: 'tag:Service', Values: [service] }], IncludeDeprecated: true };
  const pages = paginateDescribeImages({ client: client() }, filters);
  return checked(doing, image.array(), await readPages(doing, pages, (page) => page.Images));
}

/** Which images every instance was launched from, stopped ones too. */
export async function imagesOfInstances(): Promise<ImageUse[]> {
  const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];
  const filters = { Filters: [{ Name: 'instance-state-name', Values: states }] };
  const pages = paginateDescribeInstances({ client: client() }, filters);
  const reservations = await readPages('list the instances', pages, (page) => page.Reservations);
  return reservations
    .flatMap(({ Instances = [] }) => Instances)
    .map(({ ImageId = '', InstanceId }) => ({ imageId: ImageId, by: `instance ${InstanceId}` }));
}

/** Which images every version of every launch template names; a version may name none. */
export async function imagesOfLaunchTemplates(): Promise<ImageUse[]> {
  const pages = paginateDescribeLaunchTemplates({ client: client() }, {});
  const templates = await readPages('list the launch templates', pages, (page) => page.LaunchTemplates);
  const uses = await Promise.all(templates.map(({ LaunchTemplateId = '' }) => imagesOfVersions(LaunchTemplateId)));
  return uses.flat();
}

async function imagesOfVersions(id: string): Promise<ImageUse[]> {
  // ResolveAlias: a template may say resolve:ssm:/stampede/ami/current instead of an id.
  const request = { LaunchTemplateId: id, ResolveAlias: true };
  const pages = paginateDescribeLaunchTemplateVersions({ client: client() }, request);
  const versions = await readPages(`list the versions of ${id}`, pages, (page) => page.LaunchTemplateVersions);
  return versions.flatMap(({ VersionNumber, LaunchTemplateData }) => {
    const imageId = LaunchTemplateData?.ImageId;
    return imageId ? [{ imageId, by: `launch template ${id} version ${VersionNumber}` }] : [];
  });
}

/** Deletes an image with its snapshots. */
export async function deleteImage(id: string): Promise<void> {
  const call = client().send(new DeregisterImageCommand({ ImageId: id, DeleteAssociatedSnapshots: true }));
  await explained(`delete the image ${id}`, call);
}
