import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../../../cli/errors.ts';
import { captureQuietly } from '../../../cli/run.ts';
import { deployedValues } from '../../../rights/account.ts';
import { instanceRole } from '../../../rights/role.ts';
import { groupSubnets, listGroups, readLaunchHook, servingGroup } from '../../../scaling/template/group.ts';
import { readLaunchTemplate, userDataScript } from '../../../scaling/template/launch-template.ts';
import { readLoadBalancer, readTargetGroup } from '../../../scaling/template/load-balancer.ts';
import { parseReference } from '../../../scaling/template/reference.ts';
import { readRefresh } from '../../../scaling/template/refresh.ts';
import { readScaling } from '../../../scaling/template/scaling.ts';
import { readSecurityGroups } from '../../../scaling/template/security-groups.ts';
import { StageTemplates } from '../../../scaling/template/stage.ts';
import { gatewaySubnets } from '../../../scaling/template/subnets.ts';
import { loadStage, parseTemplate, type Template } from '../../../scaling/template/template.ts';
import { deployedStacks } from './deployed-stacks.ts';
import { OUTSIDE } from './network.ts';
import { tableIn } from './restore-command.ts';
import { generationSchema } from './stage-secret.ts';

/** What a rehearsal takes from a stage's templates. */
export type StageFacts = Readonly<ReturnType<typeof readStageFacts>>;

/** Name of the table in a rehearsal. */
export const TABLE_NAME = 'rehearsal';

/** Name of the spill bucket in a rehearsal. */
export const BUCKET_NAME = 'rehearsal-spill';

const ACCOUNT_ID = '123456789012';
const SECRET_NAME = 'rehearsal';
const CANARY_SECRET_NAME = 'rehearsal-canary';

/** ARN of the secret of the stage in a rehearsal. */
export function secretIdIn(region: string): string {
  return secretArn(region, SECRET_NAME);
}

/** ARN of the canary's token in a rehearsal, which has no canary. */
export function canarySecretIdIn(region: string): string {
  return secretArn(region, CANARY_SECRET_NAME);
}

function secretArn(region: string, name: string): string {
  return `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${name}-AbCdEf`;
}

const tableSchema = z.object({
  Replicas: z.array(
    z.object({
      PointInTimeRecoverySpecification: z
        .object({ PointInTimeRecoveryEnabled: z.boolean() })
        .default({ PointInTimeRecoveryEnabled: false }),
    }),
  ),
});

const secretSchema = z.object({ GenerateSecretString: generationSchema });

/** Seconds of the template that pass in one real second. What an instance does by itself takes its real time. */
export const TIME_FACTORS = {
  /** Health check interval and deregistration delay. */
  loadBalancer: 20,
  /** Timeout of the launch hook: a real boot must end in it, also when four instances boot at once. */
  launchHook: 12,
  /** Alarms, periods and warm-up. */
  scaling: 60,
} as const;

/** Milliseconds that a time of the template takes here. */
export function scaledMs(seconds: number, timeFactor: number): number {
  return Math.max(1, Math.round((seconds * 1_000) / timeFactor));
}

/** Settings of a rehearsal: without a certificate and without a canary, which would need Lambda; a bastion for the operator. */
export const REHEARSED_SETTINGS = ['allowPlainHttp=true', 'canary=false', `sshCidrs=${OUTSIDE.operator}/32`] as const;

/** Synthesises the stage to rehearse, and reads its facts. `more` are further settings, such as `region=eu-west-1`. */
export async function synthesizeStage(stage: string, directory: string, more?: readonly string[]): Promise<StageFacts> {
  return readStageFacts(await synthesizeTemplates(stage, directory, more), TABLE_NAME);
}

/** Reads the facts of a stage that is deployed with these settings. */
export type FactsWith = (settings: readonly string[]) => Promise<StageFacts>;

/** Placeholder in the templates for the name of a table that is not restored yet. */
const ANY_TABLE = 'any-restored-table';

/**
 * Synthesises the stage for a restored table in advance: a synthesis takes longer than the restore here. The name of the
 * table replaces the placeholder at the deployment.
 */
export function synthesizeForRestore(stage: string, directory: string): FactsWith {
  const synthesized = synthesizeTemplates(stage, directory, [`tableName=${ANY_TABLE}`]);
  // The deployment notices a failure.
  synthesized.catch(() => undefined);
  return async (settings) => {
    const table = tableIn(settings);
    const known = [...REHEARSED_SETTINGS, `tableName=${table}`];
    if (settings.join() !== known.join())
      throw new OperatorError(`the deployment has the settings ${settings.join(', ')}: expected ${known.join(', ')}`);
    const named = (await synthesized).map(({ stack, ...content }) =>
      parseTemplate(stack, JSON.stringify(content).replaceAll(ANY_TABLE, table)),
    );
    return readStageFacts(named, TABLE_NAME);
  };
}

async function synthesizeTemplates(
  stage: string,
  directory: string,
  more: readonly string[] = [],
): Promise<readonly Template[]> {
  const output = await mkdtemp(join(directory, 'cdk.out-'));
  const settings = [...REHEARSED_SETTINGS, ...more];
  const options = ['--stage', stage, '--output', output, ...settings.flatMap((setting) => ['--set', setting])];
  const synth = ['npm', 'run', '--silent', 'synth', '--', ...options] as const;
  await captureQuietly(synth, { deadlineMs: 300_000 });
  return await loadStage(output, stage);
}

/** Reads the facts of a stage whose table is named `tableName` here. */
export function readStageFacts(templates: readonly Template[], tableName: string) {
  const stage = new StageTemplates(templates);
  const group = servingGroup(stage);
  const bastion = listGroups(stage).find(({ properties }) => properties.TargetGroupARNs.length === 0);
  if (!bastion) throw new OperatorError('the templates have no bastion: expected a group without target groups');
  const loadBalancer = readLoadBalancer(stage);
  const subnets = groupSubnets(stage, group);
  const region = subnets[0]?.zone.slice(0, -1);
  const [table] = stage.list('AWS::DynamoDB::GlobalTable', tableSchema);
  const secrets = stage.list('AWS::SecretsManager::Secret', secretSchema);
  const secret = secrets.find(({ logicalId }) => logicalId.startsWith('StageSecret'));
  const canarySecret = secrets.find(({ logicalId }) => logicalId.startsWith('CanarySecret'));
  const bucket = stage.list('AWS::S3::Bucket', z.unknown()).find(({ logicalId }) => logicalId.startsWith('Spill'));
  if (!region || !table || !secret || !canarySecret || !bucket) {
    throw new OperatorError('the templates have no subnet, table, secret, token of the canary, or spill bucket');
  }
  const { securityGroups, requiresMetadataToken } = readLaunchTemplate(stage, group);
  const place = { region, accountId: ACCOUNT_ID };
  const named = { [table.ref]: tableName, [bucket.ref]: BUCKET_NAME };
  const secretNames = { [secret.ref]: SECRET_NAME, [canarySecret.ref]: CANARY_SECRET_NAME };
  const secretIds = { [secret.ref]: secretIdIn(region), [canarySecret.ref]: canarySecretIdIn(region) };
  const deployed = deployedValues(templates, place, { ...named, ...secretNames });
  return {
    region,
    /** Subnets that instances are launched in, one a zone. */
    subnets,
    publicSubnets: loadBalancer.subnets,
    /** Subnets with a route to the gateway endpoints of database and S3. */
    gateways: { database: gatewaySubnets(stage, 'dynamodb'), s3: gatewaySubnets(stage, 's3') },
    securityGroups: readSecurityGroups(stage),
    /** Logical ids of the security groups, by their owner. */
    groupOf: {
      app: only('instances', securityGroups),
      loadBalancer: only('load balancer', loadBalancer.securityGroups),
      bastion: only('bastion', readLaunchTemplate(stage, bastion).securityGroups),
    },
    loadBalancer,
    targetGroup: readTargetGroup(stage, group),
    scaling: readScaling(stage, group),
    refresh: readRefresh(stage, group),
    launchHook: readLaunchHook(group),
    requiresMetadataToken,
    /** What instances may do: the instance role, with the names of table, bucket and secrets in its policies. */
    rights: { ...place, role: instanceRole(new StageTemplates(templates, deployed)) },
    /** The stacks as an operator reads them. */
    stacks: deployedStacks(templates, place, deployedValues(templates, place, { ...named, ...secretIds })),
    /** Whether the table has continuous backups. */
    hasContinuousBackups: table.properties.Replicas.every(
      (replica) => replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
    ),
    /** How Secrets Manager generates the value of the stage's secret. */
    secret: secret.properties.GenerateSecretString,
    /** The same for the canary's token. */
    canarySecret: canarySecret.properties.GenerateSecretString,
    /** The script of the user data, with the names of table, bucket and secrets in it. */
    userData: userDataScript(templates, { 'AWS::Region': region, ...named, ...secretIds }),
  };
}

function only(whose: string, references: readonly string[]): string {
  const [id, ...more] = references.map((reference) => parseReference(reference)?.logicalId);
  if (id && more.length === 0) return id;
  throw new OperatorError(`the ${whose} has ${references.length} security groups: the rehearsal expects one`);
}
