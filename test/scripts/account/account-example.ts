import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPLICA_REGIONS, stackNames } from '../../../infra/contract.ts';
import type { Answers } from '../aws/fake-aws.ts';
import { ec2Answer } from '../aws/xml.ts';
import { network, service } from '../scaling/template/stage-example.ts';

/** Writes what `cdk synth` would write for the example stage: two to eight t4g.small in two zones, one address. */
export async function writeAssembly(
  folder: string,
  stage = 'dev',
  region = 'eu-west-1',
  replicaRegions?: string,
): Promise<void> {
  const names = stackNames(stage);
  const properties = {
    requiresBootstrapStackVersion: 6,
    bootstrapStackVersionSsmParameter: '/cdk-bootstrap/hnb659fds/version',
  };
  const artifact = { type: 'aws:cloudformation:stack', environment: `aws://unknown-account/${region}`, properties };
  const artifacts = { [names.network]: artifact, [names.service]: artifact };
  const address = { Address: { Type: 'AWS::EC2::EIP', Properties: {} } };
  const files = {
    'manifest.json': { version: '53.0.0', artifacts },
    [`${names.network}.template.json`]: { ...network, Resources: { ...network.Resources, ...address } },
    [`${names.service}.template.json`]: service,
    [`${names.data}.template.json`]: {
      Outputs: replicaRegions === undefined ? {} : { [REPLICA_REGIONS]: { Value: replicaRegions } },
    },
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
}

/** What the example account has otherwise than one that is ready. */
export interface ExampleAccount {
  readonly bootstrapVersion?: string;
  readonly vcpuQuota?: number;
}

/** Answers of AWS about an account that has everything that the example stage needs. */
export function accountOnAws({ bootstrapVersion = '28', vcpuQuota = 64 }: ExampleAccount = {}): Answers {
  const type = 't4g.small';
  return {
    GetParameter: { body: { Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Value: bootstrapVersion } } },
    GetServiceQuota: ({ params }) => {
      return { body: { Quota: { Value: params['QuotaCode'] === 'L-1216C47A' ? vcpuQuota : 5 } } };
    },
    DescribeAddresses: ec2Answer('DescribeAddresses', {}),
    DescribeImages: ec2Answer('DescribeImages', {
      imagesSet: { item: [{ imageId: 'ami-0123', imageState: 'available', architecture: 'arm64' }] },
    }),
    DescribeInstanceTypes: ec2Answer('DescribeInstanceTypes', {
      instanceTypeSet: {
        item: [
          {
            instanceType: type,
            vCpuInfo: { defaultVCpus: 2 },
            processorInfo: { supportedArchitectures: { item: 'arm64' } },
          },
        ],
      },
    }),
    DescribeInstanceTypeOfferings: ec2Answer('DescribeInstanceTypeOfferings', {
      instanceTypeOfferingSet: {
        item: ['eu-west-1a', 'eu-west-1b'].map((location) => ({ instanceType: type, location })),
      },
    }),
  };
}
