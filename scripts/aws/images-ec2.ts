import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  type Image as Ec2Image,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** An AMI with its tags. */
export interface Image {
  readonly id: string;
  readonly name: string;
  /** `available`, `pending`, `failed` ... */
  readonly state: string;
  readonly createdAt: Date;
  readonly architecture: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Something that would break, or could not be repeated, without an image. */
export interface Use {
  readonly imageId: string;
  /** `launch template lt-… version 3`, `instance i-…`, `parameter /stampede/ami/current`. */
  readonly by: string;
}

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Reads one image. */
export async function describeImage(id: string): Promise<Image> {
  const call = client().send(new DescribeImagesCommand({ ImageIds: [id] }));
  const image = (await explained(`read the image ${id}`, call)).Images?.[0];
  if (!image) throw new OperatorError(`there is no image ${id} in this account and region: check AWS_REGION`);
  return imageOf(image);
}

/** Reads this account's own images of a service, whatever their state. */
export async function describeOwnImages(service: string): Promise<Image[]> {
  const filters = { Owners: ['self'], Filters: [{ Name: 'tag:Service', Values: [service] }], IncludeDeprecated: true };
  const pages = Array.fromAsync(paginateDescribeImages({ client: client() }, filters));
  return (await explained('list the images', pages)).flatMap((page) => page.Images ?? []).map(imageOf);
}

function imageOf(image: Ec2Image): Image {
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    state: image.State ?? '',
    createdAt: new Date(image.CreationDate ?? Number.NaN),
    architecture: image.Architecture ?? '',
    tags: Object.fromEntries((image.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

/** Which images every instance was launched from, stopped ones too. */
export async function imagesOfInstances(): Promise<Use[]> {
  const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];
  const filters = { Filters: [{ Name: 'instance-state-name', Values: states }] };
  const pages = Array.fromAsync(paginateDescribeInstances({ client: client() }, filters));
  const instances = (await explained('list the instances', pages))
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? []);
  return instances.map(({ ImageId = '', InstanceId }) => ({ imageId: ImageId, by: `instance ${InstanceId}` }));
}

/** Which images every version of every launch template names; a version may name none. */
export async function imagesOfLaunchTemplates(): Promise<Use[]> {
  const pages = Array.fromAsync(paginateDescribeLaunchTemplates({ client: client() }, {}));
  const templates = (await explained('list the launch templates', pages)).flatMap((page) => page.LaunchTemplates ?? []);
  const uses = await Promise.all(templates.map(({ LaunchTemplateId = '' }) => imagesOfVersions(LaunchTemplateId)));
  return uses.flat();
}

async function imagesOfVersions(id: string): Promise<Use[]> {
  // ResolveAlias: a template may say resolve:ssm:/stampede/ami/current instead of an id.
  const request = { LaunchTemplateId: id, ResolveAlias: true };
  const pages = Array.fromAsync(paginateDescribeLaunchTemplateVersions({ client: client() }, request));
  const versions = (await explained(`list the versions of ${id}`, pages)).flatMap(
    (page) => page.LaunchTemplateVersions ?? [],
  );
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
