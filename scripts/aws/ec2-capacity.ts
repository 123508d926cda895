import { EC2 } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CLIENT_SETTINGS, fields, pairs, readList } from './call.ts';

const text = z.string();

const instanceType = fields({
  name: ['InstanceType', text],
  vcpus: ['VCpuInfo.DefaultVCpus', z.number()],
  /** `arm64`, `x86_64` ... */
  architectures: ['ProcessorInfo.SupportedArchitectures', text.array()],
});

/** An instance type of a region. */
export type InstanceType = z.infer<typeof instanceType>;

const usedInstance = fields({
  type: ['InstanceType', text],
  cores: ['CpuOptions.CoreCount', z.number().default(1)],
  threadsPerCore: ['CpuOptions.ThreadsPerCore', z.number().default(1)],
  /** `spot` and others have quotas of their own; empty for an on-demand instance. */
  lifecycle: ['InstanceLifecycle', text.default('')],
  tags: ['Tags', pairs('Key', 'Value')],
});

/** A running instance, as far as it counts for a quota. */
export type UsedInstance = z.infer<typeof usedInstance>;

const address = fields({ id: ['AllocationId', text.default('')], tags: ['Tags', pairs('Key', 'Value')] });

/** An Elastic IP address of the account. */
export type ElasticIp = z.infer<typeof address>;

const client = () => new EC2(CLIENT_SETTINGS);

/** Reads instance types; one that the region does not have is left out. */
export function findInstanceTypes(names: readonly string[]): Promise<InstanceType[]> {
  const pages = client().paginateDescribeInstanceTypes({ Filters: [{ Name: 'instance-type', Values: [...names] }] });
  return readList('read the instance types', pages, (page) => page.InstanceTypes, instanceType);
}

/** Which zones offer which of some instance types. */
export function offeringsOf(names: readonly string[]) {
  const request = {
    LocationType: 'availability-zone' as const,
    Filters: [{ Name: 'instance-type', Values: [...names] }],
  };
  const offering = fields({ type: ['InstanceType', text], zone: ['Location', text] });
  const pages = client().paginateDescribeInstanceTypeOfferings(request);
  return readList('read where the instance types are offered', pages, (page) => page.InstanceTypeOfferings, offering);
}

/** Reads all instances of the account in this region that count for quotas. */
export function usedInstances(): Promise<UsedInstance[]> {
  const pages = client().paginateDescribeInstances({
    Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }],
  });
  return readList(
    'list the running instances',
    pages,
    ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances),
    usedInstance,
  );
}

/** Reads all Elastic IP addresses of the account in this region. */
export function elasticIps(): Promise<ElasticIp[]> {
  const call = client().describeAddresses({});
  return readList('list the Elastic IP addresses', [call], ({ Addresses }) => Addresses, address);
}
