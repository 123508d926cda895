import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { HEALTH_CHECK } from '../../../../infra/contract.ts';
import { fleetBounds } from '../../../../infra/scaling/capacity.ts';
import { scaleOutPolicy } from '../../../../infra/scaling/steps.ts';
import { readSettings } from '../../../../infra/settings/read.ts';
import { addStampede } from '../../../../infra/stampede.ts';
import { readAssembly } from '../../../../scripts/account/assembly.ts';
import { readNeeds } from '../../../../scripts/account/needs.ts';
import { readStageFacts } from '../../../../scripts/drills/rehearsal/stage/stage-facts.ts';
import { directionOf } from '../../../../scripts/scaling/model/settings.ts';
import { groupSubnets, servingGroup } from '../../../../scripts/scaling/template/group.ts';
import { readLaunchTemplate, userDataScript } from '../../../../scripts/scaling/template/launch-template.ts';
import { readLoadBalancer, readTargetGroup } from '../../../../scripts/scaling/template/load-balancer.ts';
import { parseReference } from '../../../../scripts/scaling/template/reference.ts';
import { readScaling } from '../../../../scripts/scaling/template/scaling.ts';
import { readSecurityGroups } from '../../../../scripts/scaling/template/security-groups.ts';
import { StageTemplates } from '../../../../scripts/scaling/template/stage.ts';
import { ENV, HEALTH_PATH, PORT, TIMEOUTS_MS } from '../../../../server/contract.ts';
import { template } from './stage-example.ts';

const given: Readonly<Record<string, string>> = {
  pageEmail: 'on-call@example.org',
  slackWorkspaceId: 'T01EXAMPLE',
  slackTicketChannelId: 'C01EXAMPLE',
};
const settings = readSettings('dev', (name) => given[name]);

/** The templates of the dev stage, as the installed CDK writes them. */
function synthesize() {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  addStampede(app, { stage: 'dev', settings, ami: { id: 'ami-0123456789abcdef0' } });
  const { directory, stacks } = app.synth();
  return { directory, templates: stacks.map(({ stackName, template: content }) => template(stackName, content)) };
}

const { directory, templates } = synthesize();
const stage = new StageTemplates(templates);
const group = servingGroup(stage);

describe('the synthesised dev stage', () => {
  it('says what it requires of its account', async () => {
    const zones = ['eu-west-1a', 'eu-west-1b'];
    const bounds = fleetBounds(settings);
    const networkZones = settings.networkZones.map((letter) => `${settings.region}${letter}`);
    const bastion = {
      min: 0,
      max: 1,
      isRefreshed: false,
      instanceTypes: ['t4g.nano'],
      imageId: undefined,
      zones: networkZones,
    };
    const fleet = {
      ...bounds,
      isRefreshed: true,
      instanceTypes: ['t4g.small'],
      imageId: 'ami-0123456789abcdef0',
      zones,
    };
    assert.deepEqual(readNeeds('dev', await readAssembly(directory, 'dev')), {
      stage: 'dev',
      region: 'eu-west-1',
      bootstrap: { parameter: '/cdk-bootstrap/hnb659fds/version', version: 6 },
      groups: [bastion, fleet],
      elasticIps: 1,
      recipients: { page: ['email'], ticket: ['Slack'] },
    });
  });

  it('scales by the table of its settings', () => {
    const scaling = readScaling(stage, group);
    const out = scaling.rules.find((rule) => directionOf(rule) === 'out');
    const { threshold, periods, adjustments } = scaleOutPolicy(settings);
    assert.deepEqual(
      [out?.alarm.threshold, out?.alarm.evaluationPeriods, out?.alarm.periodS],
      [threshold, periods, 60],
    );
    assert.deepEqual(
      out?.policy.steps.map(({ lowerBound, adjustment }) => [lowerBound, adjustment]),
      adjustments.map(({ metricIntervalLowerBound, scalingAdjustment }) => [
        metricIntervalLowerBound,
        scalingAdjustment,
      ]),
    );
    assert.equal(scaling.rules.length, 2);
    assert.equal(scaling.warmupS, settings.warmupS);
  });

  it('spreads over the zones of its settings', () => {
    const zones = groupSubnets(stage, group).map(({ zone }) => zone);
    assert.deepEqual(
      zones,
      settings.zones.map((letter) => `${settings.region}${letter}`),
    );
  });

  it('checks health and drains as the contract says', () => {
    const { port, deregistrationDelayS, healthCheck } = readTargetGroup(stage, group);
    assert.deepEqual([port, deregistrationDelayS * 1000], [PORT, TIMEOUTS_MS.deregistrationDelay]);
    const { path, intervalS, timeoutS, healthyThreshold, unhealthyThreshold } = healthCheck;
    assert.deepEqual({ intervalS, timeoutS, healthyThreshold, unhealthyThreshold }, { ...HEALTH_CHECK });
    assert.equal(path, HEALTH_PATH);
    assert.equal(readLoadBalancer(stage).idleTimeoutS * 1000, TIMEOUTS_MS.albIdle);
  });

  it('lets instances get requests from the load balancer only', () => {
    const groupOf = ([text]: readonly string[]) => parseReference(text)?.logicalId;
    const app = groupOf(readLaunchTemplate(stage, group).securityGroups);
    const balancer = groupOf(readLoadBalancer(stage).securityGroups);
    const ingress = readSecurityGroups(stage).find(({ logicalId }) => logicalId === app)?.ingress ?? [];
    const toPort = ingress.filter(({ ports }) => ports && ports[0] <= PORT && PORT <= ports[1]);
    assert.deepEqual(
      toPort.map(({ peer }) => peer),
      [{ group: balancer }],
    );
  });

  it('gives instances a complete script once the table has a name', () => {
    assert.throws(
      () => userDataScript(templates, {}),
      /refers to (\{\{stampede-dev-data\/\w+\}\}, ){3}\{\{stampede-dev-service\/CanarySecret\w+\}\}: give each/,
    );
    const [table] = stage.list('AWS::DynamoDB::GlobalTable', z.object({}));
    const [secret, token] = stage.list('AWS::SecretsManager::Secret', z.object({}));
    const bucket = stage.list('AWS::S3::Bucket', z.object({})).find(({ logicalId }) => /^Spill/.test(logicalId));
    const given = {
      'AWS::Region': settings.region,
      [bucket?.ref ?? '']: 'the-bucket',
      [table?.ref ?? '']: 'timestamps',
      [secret?.ref ?? '']: 'the-secret',
      [token?.ref ?? '']: 'the-token',
    };
    const script = userDataScript(templates, given);
    assert.match(script, /^#!\/bin\/bash\n/);
    assert.match(script, /\nTABLE_NAME=timestamps\nSPILL_BUCKET=the-bucket\n/);
    assert.match(script, /\nSECRET_ID=the-secret\n/);
  });

  it('gives a rehearsal the security groups of each machine and the subnets of the load balancer', () => {
    const { groupOf, publicSubnets, region, userData } = readStageFacts(templates, 'timestamps');
    assert.deepEqual(
      Object.entries(groupOf).map(
        ([whose, id]) => `${whose}: ${/^Firewall([A-Za-z]+?)(?=[0-9A-F]{8}$)/.exec(id)?.[1]}`,
      ),
      ['app: App', 'loadBalancer: LoadBalancer', 'bastion: Bastion'],
    );
    assert.equal(region, settings.region);
    assert.equal(publicSubnets.length, settings.zones.length);
    assert.match(userData, /\nTABLE_NAME=timestamps\n/);
  });

  it('gives a rehearsal the launch hook that the user data names, and the subnets that lead to database and S3', () => {
    const { launchHook, userData, gateways, subnets } = readStageFacts(templates, 'timestamps');
    assert.ok(launchHook);
    assert.match(userData, new RegExp(`\\n${ENV.launchHook}=${launchHook.name}\\n`));
    assert.match(userData, new RegExp(`\\n${ENV.autoScalingGroup}=${launchHook.groupName}\\n`));
    assert.equal(launchHook.defaultResult, 'ABANDON');
    for (const ways of Object.values(gateways)) {
      const cidrs = ways.map(({ cidr }) => cidr);
      assert.ok(subnets.every(({ cidr }) => cidrs.includes(cidr)));
    }
  });
});
