import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../../../cli/errors.ts';
import { type CommandLine, captureQuietly } from '../../../cli/run.ts';
import {
  GROUP,
  groupSubnets,
  readLaunchHook,
  type ServingGroup,
  servingGroup,
} from '../../../scaling/template/group.ts';
import { readLaunchTemplate, userDataScript } from '../../../scaling/template/launch-template.ts';
import { readLoadBalancer, readTargetGroup } from '../../../scaling/template/load-balancer.ts';
import { parseReference } from '../../../scaling/template/reference.ts';
import { readScaling } from '../../../scaling/template/scaling.ts';
import { readSecurityGroups } from '../../../scaling/template/security-groups.ts';
import { StageTemplates } from '../../../scaling/template/stage.ts';
import { gatewaySubnets, readSubnet } from '../../../scaling/template/subnets.ts';
import { loadStage, type Template } from '../../../scaling/template/template.ts';
import { OUTSIDE } from './network.ts';

/** What a rehearsal takes from a stage's templates. */
export type StageFacts = Readonly<ReturnType<typeof readStageFacts>>;

/** The settings that differ from a deployment: no certificate, and the bastion accepts the operator's address. */
const SETTINGS = ['allowPlainHttp=true', `sshCidrs=${OUTSIDE.operator}/32`];
/** Name of the table in a rehearsal. */
export const TABLE_NAME = 'rehearsal';

const SYNTH_DEADLINE_MS = 300_000;

const balancerSubnets = z.object({ Subnets: z.array(z.string()) });
const groupSchema = z.object({
  TargetGroupARNs: z.array(z.string()).default([]),
  LaunchTemplate: z.object({ LaunchTemplateId: z.string() }),
});

/** Synthesises the stage that is rehearsed, and reads its facts. */
export async function synthesizeStage(stage: string, directory: string): Promise<StageFacts> {
  const output = join(directory, 'cdk.out');
  const settings = [`stage=${stage}`, ...SETTINGS].flatMap((setting) => ['-c', setting]);
  const synth: CommandLine = ['npm', 'run', '--silent', 'synth', '--', '--output', output, ...settings];
  await captureQuietly(synth, { deadlineMs: SYNTH_DEADLINE_MS });
  return readStageFacts(await loadStage(output, stage), TABLE_NAME);
}

/** Reads the facts of a stage whose table is named `tableName` here. */
export function readStageFacts(templates: readonly Template[], tableName: string) {
  const stage = new StageTemplates(templates);
  const group = servingGroup(stage);
  const loadBalancer = readLoadBalancer(stage);
  const subnets = groupSubnets(stage, group);
  const region = subnets[0]?.zone.slice(0, -1);
  const [balancers] = stage.list('AWS::ElasticLoadBalancingV2::LoadBalancer', balancerSubnets);
  const [table] = stage.list('AWS::DynamoDB::GlobalTable', z.unknown());
  if (!region || !balancers || !table) throw new OperatorError('the templates have no subnet, load balancer or table');
  const { securityGroups, requiresMetadataToken } = readLaunchTemplate(stage, group);
  return {
    region,
    /** Subnets that instances are launched in, one a zone. */
    subnets,
    publicSubnets: balancers.properties.Subnets.map((reference) => readSubnet(stage, reference)),
    /** Subnets with a route to the database's gateway endpoint. */
    databaseSubnets: gatewaySubnets(stage, 'dynamodb'),
    securityGroups: readSecurityGroups(stage),
    /** Logical ids of the security groups, by their owner. */
    groupOf: {
      app: only('instances', securityGroups),
      loadBalancer: only('load balancer', loadBalancer.securityGroups),
      bastion: only('bastion', readLaunchTemplate(stage, bastionGroup(stage)).securityGroups),
    },
    loadBalancer,
    targetGroup: readTargetGroup(stage, group),
    scaling: readScaling(stage, group),
    /** Undefined: the group puts instances in service without a hook. */
    launchHook: readLaunchHook(group),
    /** Whether the metadata service answers by version 2 only. */
    requiresMetadataToken,
    /** The script of the user data, with the table's name in it. */
    userData: userDataScript(templates, { 'AWS::Region': region, [table.ref]: tableName }),
  };
}

function bastionGroup(stage: StageTemplates): ServingGroup {
  const [group] = stage.list(GROUP, groupSchema).filter(({ properties }) => properties.TargetGroupARNs.length === 0);
  if (!group) throw new OperatorError('the templates have no bastion: expected a group without target groups');
  return group as ServingGroup;
}

function only(whose: string, references: readonly string[]): string {
  const [id, ...more] = references.map((reference) => parseReference(reference)?.logicalId);
  if (id && more.length === 0) return id;
  throw new OperatorError(`the ${whose} has ${references.length} security groups: the rehearsal expects one`);
}
