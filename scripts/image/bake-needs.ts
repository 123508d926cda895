import { readFile } from 'node:fs/promises';
import { hasDefaultVpc } from '../aws/ec2.ts';
import { OperatorError } from '../cli/errors.ts';
import { captureQuietly } from '../cli/run.ts';
import type { Architecture } from './architecture.ts';

/** What decides whether a bake on AWS can succeed. */
export interface BakeConditions {
  readonly architecture: Architecture;
  readonly region: string;
  /** The environment with Packer's variables (`PKR_VAR_…`). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of `ami/versions.sh`. */
  readonly versions: string;
  readonly defaultVpc: boolean;
  readonly packer: boolean;
}

/** Checks what a bake needs before Packer starts. @throws OperatorError with one line for each thing that is missing */
export async function checkBakeNeeds(
  architecture: Architecture,
  region: string,
  environment: BakeConditions['environment'],
): Promise<void> {
  const versions = await readFile('ami/versions.sh', 'utf8');
  const defaultVpc = environment['PKR_VAR_subnet_id'] ? true : await hasDefaultVpc();
  const packer = await captureQuietly(['packer', 'version']).then(
    () => true,
    () => false,
  );
  const missing = missingForBake({ architecture, region, environment, versions, defaultVpc, packer });
  if (missing.length > 0) throw new OperatorError(`cannot bake yet: ${missing.join('\n')}`);
}

/** What a bake lacks, with what to do about it; one line each. */
export function missingForBake(conditions: BakeConditions): string[] {
  const { architecture, region, environment, versions, defaultVpc, packer } = conditions;
  const missing: string[] = [];
  if (!packer) missing.push('packer version fails: install Packer from https://developer.hashicorp.com/packer/install');
  const agents = ['SSM_AGENT', 'CLOUDWATCH_AGENT'].map((agent) => `${agent}_SHA256_${architecture.toUpperCase()}`);
  const unpinned = agents.filter((name) => !new RegExp(`^${name}=[0-9a-f]{64}$`, 'm').test(versions));
  if (unpinned.length > 0) {
    missing.push(`ami/versions.sh has no ${unpinned.join(' and no ')}: run ami/pin-agents.sh and commit its change`);
  }
  if (!defaultVpc && !environment['PKR_VAR_subnet_id']) {
    missing.push(
      `${region} has no default VPC for the builder: run aws ec2 create-default-vpc --region ${region}, or set ` +
        'PKR_VAR_subnet_id to a public subnet that admits SSH from this machine',
    );
  }
  const shared = environment['PKR_VAR_share_accounts'] ?? '';
  if (/\w/.test(shared) && !environment['PKR_VAR_kms_key_id']) {
    missing.push(
      `PKR_VAR_share_accounts is ${shared} without PKR_VAR_kms_key_id: snapshots with the AWS managed key cannot be ` +
        'shared, so set the ARN of a key that these accounts may use',
    );
  }
  return missing;
}
