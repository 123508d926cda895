import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { BUILDER_TAG, DEBIAN_ACCOUNT } from '../../../ami/contract.ts';
import { describeImage, hasDefaultVpc } from '../../../scripts/aws/ec2.ts';
import { applyChanges, publishChanges, readPointers } from '../../../scripts/image/parameters.ts';
import { arnIn, type Right, type Tags } from '../../../scripts/rights/account.ts';
import { PIPELINE_CALLS } from '../../scripts/aws/allowed-calls.ts';
import { startFakeAws } from '../../scripts/aws/fake-aws.ts';
import { ec2Answer } from '../../scripts/aws/xml.ts';
import { imagesOnAws } from '../../scripts/image/images-on-aws.ts';
import { synthesize } from '../synthesize.ts';
import { startPolicyProxy } from './policy-proxy.ts';
import { BARE_ACCOUNT, deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const stage = deployedStage('dev', synthesize('dev', { githubRepository: 'example/stampede' }));
const role = stage.role('BakeRole');

const own = (resource: string) => arnIn(PLACE, 'ec2', resource);
const common = (resource: string) => `arn:aws:ec2:${PLACE.region}::${resource}`;
const tagged: Tags = { [`aws:RequestTag/${BUILDER_TAG.key}`]: BUILDER_TAG.value };
const ofPacker: Tags = { [`aws:ResourceTag/${BUILDER_TAG.key}`]: BUILDER_TAG.value };
const onCreate = (action: string): Tags => ({ ...tagged, 'ec2:CreateAction': action });
const on = (action: string, resource: string, context?: Tags): Right => ({
  action: `ec2:${action}`,
  resource,
  ...(context && { context }),
});

const READS =
  'Images Instances InstanceStatus InstanceTypeOfferings Regions SecurityGroups Snapshots Subnets Tags Volumes Vpcs';

/**
 * Calls of packer-plugin-amazon 1.8 for our template: its steps in `common/` and `builder/ebs/`. It tags key pair,
 * security group, instance, interface, volume, image and snapshot in the call that creates them, all with `run_tags`.
 */
const PACKER: Readonly<Record<string, readonly Right[]>> = {
  'reads what it needs': READS.split(' ').map((name) => on(`Describe${name}`, '*')),
  'creates a temporary key pair': [
    on('CreateKeyPair', own('key-pair/packer_1'), tagged),
    on('CreateTags', own('key-pair/packer_1'), onCreate('CreateKeyPair')),
  ],
  'creates a temporary security group with access from this machine': [
    on('CreateSecurityGroup', own('security-group/sg-new'), tagged),
    on('CreateSecurityGroup', own('vpc/vpc-default')),
    on('CreateTags', own('security-group/sg-new'), onCreate('CreateSecurityGroup')),
    on('AuthorizeSecurityGroupIngress', own('security-group/sg-1'), ofPacker),
  ],
  'launches the builder from Debian’s image': [
    on('RunInstances', common('image/ami-debian'), { 'ec2:Owner': DEBIAN_ACCOUNT }),
    on('RunInstances', own('subnet/subnet-default')),
    on('RunInstances', own('key-pair/packer_1'), ofPacker),
    on('RunInstances', own('security-group/sg-1'), ofPacker),
    ...['instance/i-new', 'network-interface/eni-new', 'volume/vol-new'].flatMap((resource) => [
      on('RunInstances', own(resource), tagged),
      on('CreateTags', own(resource), onCreate('RunInstances')),
    ]),
  ],
  'creates the image of the stopped builder': [
    on('StopInstances', own('instance/i-1'), ofPacker),
    on('CreateImage', own('instance/i-1'), ofPacker),
    ...['image/ami-new', 'snapshot/snap-new'].flatMap((resource) => [
      on('CreateImage', common(resource), tagged),
      on('CreateTags', common(resource), onCreate('CreateImage')),
    ]),
  ],
  'describes and tags the image': [
    on('ModifyImageAttribute', common('image/ami-1'), { ...ofPacker, 'ec2:Attribute': 'Description' }),
    on('ModifyImageAttribute', common('image/ami-1'), { ...ofPacker, 'ec2:Attribute': 'ImdsSupport' }),
    on('EnableImageDeprecation', common('image/ami-1'), ofPacker),
    on('CreateTags', common('image/ami-1'), ofPacker),
    on('CreateTags', common('snapshot/snap-1'), ofPacker),
  ],
  'deletes what it created': [
    on('TerminateInstances', own('instance/i-1'), ofPacker),
    on('DeleteSecurityGroup', own('security-group/sg-1'), ofPacker),
    on('DeleteKeyPair', own('key-pair/packer_1'), ofPacker),
  ],
  'deletes the image after a failure': [
    on('DeregisterImage', common('image/ami-1'), ofPacker),
    on('DeleteSnapshot', common('snapshot/snap-1'), ofPacker),
  ],
};

/** Actions that the bake role was asked for, in this whole file. */
const called = new Set<string>();

describe('with the rights of the bake role', () => {
  for (const [does, needed] of Object.entries(PACKER)) {
    it(`Packer ${does}`, async () => {
      assert.deepEqual(await missingRights(stage, role, needed), []);
      for (const { action } of needed) called.add(action);
    });
  }

  it('npm run bake checks what it needs and publishes the image', async () => {
    const image = { id: 'ami-00000002', createdAt: '2026-11-20T00:00:00.000Z' };
    const answers = {
      ...imagesOnAws({ images: [image] }),
      DescribeVpcs: ec2Answer('DescribeVpcs', { vpcSet: { item: [{ vpcId: 'vpc-1' }] } }),
    };
    await using aws = await startFakeAws(answers);
    const { endpoint, recorded } = await startPolicyProxy(aws.env.AWS_ENDPOINT_URL, BARE_ACCOUNT, role);
    Object.assign(process.env, { ...aws.env, AWS_ENDPOINT_URL: endpoint });
    await hasDefaultVpc();
    await describeImage(image.id);
    await applyChanges(publishChanges(await readPointers(), 'c'.repeat(40), image.id), false);
    assert.deepEqual(
      recorded.filter(({ missing }) => missing !== undefined),
      [],
    );
    for (const { rights } of recorded) for (const { action } of rights) called.add(action);
    const calls = new Set(recorded.map(({ call }) => `${call.service}:${call.operation}`));
    assert.deepEqual([...calls].toSorted().join(' '), PIPELINE_CALLS['bake']?.calls);
  });
});

describe('the bake role', () => {
  it('grants no action that nothing calls', () => {
    assert.ok(called.size > 20, 'the calls above were recorded');
    assert.deepEqual(
      grantedActions(role).filter((action) => !called.has(action)),
      [],
    );
  });

  it('recognizes what Packer created by a tag that packer.pkr.hcl sets and the fleet does not have', () => {
    assert.match(readFileSync('packer.pkr.hcl', 'utf8'), new RegExp(`"${BUILDER_TAG.key}" = "${BUILDER_TAG.value}"`));
    const fleet = stage.resources.list('AWS::AutoScaling::AutoScalingGroup', z.unknown());
    assert.ok(fleet.length > 0 && !JSON.stringify(fleet).includes(BUILDER_TAG.key));
  });

  const ofFleet: Tags = { 'aws:ResourceTag/Service': 'stampede', 'aws:ResourceTag/Stage': 'prod' };
  const FORBIDDEN: Readonly<Record<string, Right>> = {
    'terminate an instance of a fleet': on('TerminateInstances', own('instance/i-fleet'), ofFleet),
    'tag an instance of a fleet as its own': on('CreateTags', own('instance/i-fleet'), { ...ofFleet, ...tagged }),
    'tag a security group of a stage as its own': on('CreateTags', own('security-group/sg-app'), {
      ...ofFleet,
      ...tagged,
    }),
    'open a security group of a stage': on('AuthorizeSecurityGroupIngress', own('security-group/sg-app'), ofFleet),
    'delete a security group of a stage': on('DeleteSecurityGroup', own('security-group/sg-app'), ofFleet),
    'create an image of an instance of a fleet': on('CreateImage', own('instance/i-fleet'), ofFleet),
    'describe another image': on('ModifyImageAttribute', common('image/ami-other'), { 'ec2:Attribute': 'Description' }),
    'share or publish an image of its own': on('ModifyImageAttribute', common('image/ami-1'), {
      ...ofPacker,
      'ec2:Attribute': 'LaunchPermission',
    }),
    'tag another image as its own': on('CreateTags', common('image/ami-other'), tagged),
    'deregister another image': on('DeregisterImage', common('image/ami-other')),
    'launch another image than Debian’s': on('RunInstances', common('image/ami-other'), {
      'ec2:Owner': PLACE.accountId,
    }),
    'launch into a security group of a stage': on('RunInstances', own('security-group/sg-app'), ofFleet),
    'launch an instance without its tag': on('RunInstances', own('instance/i-new')),
    'pass a role to an instance': {
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${PLACE.accountId}:role/stampede-prod-service-InstanceRole`,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    },
  };
  for (const [what, right] of Object.entries(FORBIDDEN)) {
    it(`may not ${what}`, async () => {
      assert.equal((await missingRights(stage, role, [right])).length, 1);
    });
  }
});

describe('the bake role of a stage in two regions', () => {
  const named = {
    ...{ regions: 'eu-west-1,eu-central-1', githubRepository: 'example/stampede' },
    ...{ domainName: 'stampede.example.org', hostedZoneId: 'Z0123456789', hostedZoneName: 'example.org' },
  };
  const pair = deployedStage('dev', synthesize('dev', named));
  const copier = pair.role('BakeRole');
  const there = (resource: string) => `arn:aws:ec2:eu-central-1::${resource}`;
  const copied: Tags = { 'ec2:ParentVolume': 'arn:aws:ec2:eu-central-1:111122223333:volume/vol-ffffffff' };

  /** `common/step_ami_region_copy.go` and `step_create_tags.go` of packer-plugin-amazon. */
  it('lets Packer copy its image to the other region, and tag and describe the copy', async () => {
    const needed = [
      ...['image/ami-1', 'snapshot/snap-1'].map((resource) => on('CopyImage', common(resource), ofPacker)),
      ...['image/ami-new', 'snapshot/snap-new'].map((resource) => on('CopyImage', there(resource))),
      on('CreateTags', there('image/ami-new'), onCreate('CopyImage')),
      on('CreateTags', there('image/ami-new'), ofPacker),
      on('CreateTags', there('snapshot/snap-new'), copied),
      on('ModifyImageAttribute', there('image/ami-new'), { ...ofPacker, 'ec2:Attribute': 'Description' }),
      on('ModifyImageAttribute', there('image/ami-new'), { ...ofPacker, 'ec2:Attribute': 'ImdsSupport' }),
      on('EnableImageDeprecation', there('image/ami-new'), ofPacker),
      {
        action: 'ssm:PutParameter',
        resource: 'arn:aws:ssm:eu-central-1:111122223333:parameter/stampede/ami/candidate',
      },
    ];
    assert.deepEqual(await missingRights(pair, copier, needed), []);
    assert.equal((await missingRights(stage, role, needed)).length, needed.length);
  });

  it('cannot copy, tag or delete what Packer did not create', async () => {
    const volume: Tags = { 'ec2:ParentVolume': 'arn:aws:ec2:eu-central-1:111122223333:volume/vol-0123456789abcdef0' };
    const forbidden = [
      on('CopyImage', common('image/ami-other')),
      on('CreateTags', there('snapshot/snap-other'), { ...volume, ...tagged }),
      on('CreateTags', there('image/ami-other'), tagged),
      on('ModifyImageAttribute', there('image/ami-new'), { ...ofPacker, 'ec2:Attribute': 'LaunchPermission' }),
      on('DeregisterImage', there('image/ami-new'), ofPacker),
    ];
    assert.equal((await missingRights(pair, copier, forbidden)).length, forbidden.length);
  });
});
