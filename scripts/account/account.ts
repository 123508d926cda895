import { findImage } from '../aws/ec2.ts';
import { elasticIps, findInstanceTypes, offeringsOf, usedInstances } from '../aws/ec2-capacity.ts';
import { ec2Quota } from '../aws/service-quotas.ts';
import { readParameter } from '../aws/ssm.ts';
import { OperatorError } from '../cli/errors.ts';
import type { StageNeeds } from './needs.ts';

/** A fact, or why it could not be read: the credentials may lack a right that only a check needs. */
export type Fact<Value> = { readonly value: Value } | { readonly problem: string };

/** The account and region of a stage, as far as its needs go. */
export type Account = Awaited<ReturnType<typeof readAccount>>;

/** Reads what the checks compare with the needs of a stage. */
export async function readAccount({ bootstrap, groups }: StageNeeds) {
  const types = [...new Set(groups.flatMap(({ instanceTypes }) => instanceTypes))];
  const imageIds = [...new Set(groups.flatMap(({ imageId }) => imageId ?? []))];
  const [bootstrapVersion, instanceTypes, offerings, vcpuQuota, instances, ipQuota, ips, images] = await Promise.all([
    fact(readParameter(bootstrap.parameter)),
    fact(findInstanceTypes(types)),
    fact(offeringsOf(types)),
    fact(ec2Quota('standardVcpus')),
    fact(usedInstances()),
    fact(ec2Quota('elasticIps')),
    fact(elasticIps()),
    fact(Promise.all(imageIds.map(findImage)).then((found) => found.filter((image) => image !== undefined))),
  ]);
  return { bootstrapVersion, instanceTypes, offerings, vcpuQuota, instances, ipQuota, ips, images };
}

async function fact<Value>(reading: Promise<Value>): Promise<Fact<Value>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { problem: error.message };
  }
}
