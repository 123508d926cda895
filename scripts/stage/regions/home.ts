import { OUTPUTS, stackNames } from '../../../infra/contract.ts';
import { SERVICE_NAME } from '../../../server/contract.ts';
import { findStack } from '../../aws/cloudformation.ts';
import { describeImage, describeOwnImages } from '../../aws/ec2.ts';
import { OperatorError } from '../../cli/errors.ts';
import type { MadeAtHome } from './steps.ts';

/** Calls AWS in a region from now on, also in the programs that are started. */
export function enterRegion(region: string): void {
  process.env['AWS_REGION'] = region;
}

/** Does something in each region, one after the other. */
export async function inEach<Result>(regions: readonly string[], action: (region: string) => Promise<Result>) {
  const results = new Map<string, Result>();
  for (const region of regions) {
    enterRegion(region);
    results.set(region, await action(region));
  }
  return results;
}

/** Reads what the home region has made; undefined before its first deployment. */
export async function readMadeAtHome(stage: string, home: string): Promise<MadeAtHome | undefined> {
  enterRegion(home);
  const { outputs } = (await findStack(stackNames(stage).data)) ?? { outputs: {} as Record<string, string> };
  const { [OUTPUTS.data.tableName]: tableName, [OUTPUTS.data.secretArn]: secretArn } = outputs;
  return tableName && secretArn ? { tableName, secretArn } : undefined;
}

/** The image of a region that is a copy of an image of the home region: the bake gives all copies one name. */
export async function copyOfImage(imageId: string, home: string, region: string): Promise<string> {
  if (region === home) return imageId;
  enterRegion(home);
  const { name } = await describeImage(imageId);
  enterRegion(region);
  const copy = (await describeOwnImages(SERVICE_NAME)).find((image) => image.name === name);
  if (copy) return copy.id;
  throw new OperatorError(
    `${region} has no copy of ${imageId} (${name}): bake it again with --regions ${home},${region}`,
  );
}
