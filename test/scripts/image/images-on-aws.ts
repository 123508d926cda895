import type { Answers, AwsRequest } from '../aws/fake-aws.ts';
import { queryAnswer } from '../aws/xml.ts';

/** An image of the example account. */
export interface ExampleImage {
  readonly id: string;
  readonly createdAt: string;
  readonly commit?: string;
  readonly architecture?: 'arm64' | 'amd64';
}

/** What the example account has: images, who uses them, and the parameters. */
export interface ExampleAccount {
  readonly images: readonly ExampleImage[];
  /** Image ids of its instances. @default - none */
  readonly instances?: readonly string[];
  /** Image ids of its launch template's versions. Version 1 is the default, the last the latest. @default - none */
  readonly versions?: readonly string[];
  /** @default - none */
  readonly parameters?: Readonly<Record<string, string>>;
}

const item = (content: string) => `<item>${content}</item>`;

/** Answers of AWS about an account's images, in the wire formats of its API references. */
export function imagesOnAws({
  images,
  instances = [],
  versions = [],

  parameters = {},
}: ExampleAccount): Answers {
  return {
    DescribeImages: ({ params }) => {
      const wanted = params['ImageId.1'];
      const found = images.filter(({ id }) => wanted === undefined || wanted === id).map(imageXml);
      return ec2('DescribeImages', `<imagesSet>${found.join('')}</imagesSet>`);
    },
    DescribeInstances: () => {
      const items = instances.map((id, n) => item(`<instanceId>i-${n}</instanceId><imageId>${id}</imageId>`)).join('');
      return ec2(
        'DescribeInstances',
        `<reservationSet>${item(`<instancesSet>${items}</instancesSet>`)}</reservationSet>`,
      );
    },
    DescribeLaunchTemplates: () =>
      ec2(
        'DescribeLaunchTemplates',
        `<launchTemplates>${item(
          `<launchTemplateId>lt-1</launchTemplateId><defaultVersionNumber>1</defaultVersionNumber>` +
            `<latestVersionNumber>${versions.length}</latestVersionNumber>` +
            `<tagSet>${item('<key>Service</key><value>stampede</value>')}</tagSet>`,
        )}</launchTemplates>`,
      ),
    DescribeLaunchTemplateVersions: () => {
      const items = versions.map((id, n) =>
        item(
          `<versionNumber>${n + 1}</versionNumber><launchTemplateData><imageId>${id}</imageId></launchTemplateData>`,
        ),
      );
      return ec2(
        'DescribeLaunchTemplateVersions',
        `<launchTemplateVersionSet>${items.join('')}</launchTemplateVersionSet>`,
      );
    },
    DeleteLaunchTemplateVersions: ec2('DeleteLaunchTemplateVersions', ''),
    DeregisterImage: () => ec2('DeregisterImage', '<return>true</return>'),
    GetParametersByPath: {
      body: { Parameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })) },
    },
    GetParameter: (request) => parameterAnswer(request, parameters),
    PutParameter: { body: { Version: 1 } },
    DeleteParameter: { body: {} },
  };
}

/** Answers about the groups of an account: one that uses a version of its launch template, or none. */
export function groupOnAws(version?: string): Answers {
  const group = {
    AutoScalingGroupName: 'stampede-dev-app',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: version },
  };
  return {
    DescribeAutoScalingGroups: queryAnswer('DescribeAutoScalingGroups', {
      AutoScalingGroups: { member: version === undefined ? [] : [group] },
    }),
    DescribeInstanceRefreshes: queryAnswer('DescribeInstanceRefreshes', {}),
  };
}

const ec2 = (operation: string, content: string) => ({
  body: `<${operation}Response>${content}</${operation}Response>`,
});

function imageXml({ id, createdAt, commit = 'c'.repeat(40), architecture = 'arm64' }: ExampleImage): string {
  const tags = { Service: 'stampede', Commit: commit, Architecture: architecture };
  const tagSet = Object.entries(tags).map(([key, value]) => item(`<key>${key}</key><value>${value}</value>`));
  return item(
    `<imageId>${id}</imageId><name>image-of-${id}</name><imageState>available</imageState>` +
      `<creationDate>${createdAt}</creationDate><architecture>${architecture === 'amd64' ? 'x86_64' : 'arm64'}</architecture>` +
      `<tagSet>${tagSet.join('')}</tagSet>`,
  );
}

function parameterAnswer({ params }: AwsRequest, parameters: Readonly<Record<string, string>>) {
  const name = String(params['Name']);
  const value = parameters[name];
  if (value !== undefined) return { body: { Parameter: { Name: name, Value: value } } };
  return { status: 400, body: { __type: 'ParameterNotFound' } };
}
