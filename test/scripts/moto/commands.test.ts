/**
 * The commands against moto, which has more of EC2's own rules than our stubs. Run by .ci/ec2. Where moto falls short:
 * - It has no instance refreshes, no Instance Connect Endpoints, no console of its own for an instance, and deletes no
 *   launch template versions. It merges network interfaces of a launch template with a subnet of the request, which
 *   EC2 refuses. Stubs answer these.
 * - It launches all instances of a group in one zone.
 * - It fails at our data and service templates, so the stacks here have only our outputs. Termination protection and
 *   stacks that import from each other are in test/scripts/destroy.test.ts.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeAssembly } from '../account/account-example.ts';
import type { AwsRequest } from '../aws/fake-aws.ts';
import { runInstances } from '../aws/run-instances.ts';
import { ec2Answer, queryAnswer } from '../aws/xml.ts';
import { fakePrograms } from '../fake-programs.ts';
import { runEntry } from '../run-entry.ts';
import { MOTO_URL, startMotoProxy } from './moto-proxy.ts';
import { autoScaling, cloudFormation, ec2, makeImage, makeStage, ssm } from './stage-on-moto.ts';

const LACKING = {
  DescribeInstanceRefreshes: queryAnswer('DescribeInstanceRefreshes', {}),
  DescribeInstanceConnectEndpoints: ec2Answer('DescribeInstanceConnectEndpoints', {}),
  GetConsoleOutput: ec2Answer('GetConsoleOutput', {
    output: Buffer.from('stampede boot test: passed\n').toString('base64'),
  }),
  DeleteLaunchTemplateVersions: ec2Answer('DeleteLaunchTemplateVersions', {}),
  RunInstances: async (request: AwsRequest) => {
    const LaunchTemplateId = String(request.params['LaunchTemplate.LaunchTemplateId']);
    const Versions = [String(request.params['LaunchTemplate.Version'])];
    const found = await ec2.describeLaunchTemplateVersions({ LaunchTemplateId, Versions });
    const { LaunchTemplateData } = found.LaunchTemplateVersions?.[0] ?? {};
    const answer = runInstances({ Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData } }, '')(request);
    return answer.status === 400 ? answer : undefined;
  },
};

async function start(
  entry: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
) {
  await using aws = await startMotoProxy(LACKING);
  const finished = await runEntry(`scripts/${entry}.ts`, args, { env: { ...aws.env, ...env }, ...(cwd && { cwd }) });
  return { ...finished, operations: aws.operations };
}

const parameter = (name: string, Value: string) =>
  ssm.putParameter({ Name: `/stampede/ami/${name}`, Value, Type: 'String', Overwrite: true });

const imageOf = async (name: string) => (await ssm.getParameter({ Name: `/stampede/ami/${name}` })).Parameter?.Value;

const instances = async () =>
  ((await ec2.describeInstances({})).Reservations ?? []).flatMap(({ Instances = [] }) => Instances);

async function groupsOf(vpcId: string, name: string) {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: [name] },
  ];
  return (await ec2.describeSecurityGroups({ Filters })).SecurityGroups ?? [];
}

/** The inbound rule that AWS gives to a new default group; moto gives only the outbound one. */
async function letDefaultGroupReachItself(vpcId: string) {
  const [group] = await groupsOf(vpcId, 'default');
  const GroupId = group?.GroupId ?? assert.fail('no default group');
  const itself = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [itself] });
}

describe('the commands on moto', { skip: !MOTO_URL && 'MOTO_URL is not set: run .ci/ec2' }, () => {
  it('promote boots the candidate from the launch template, in a subnet of the group, and ends it', async () => {
    const { subnets, image } = await makeStage();
    const candidate = await makeImage('2'.repeat(40), subnets[0] ?? '');
    await parameter('candidate', candidate);
    await parameter('current', image);
    const { code, stderr } = await start('promote', ['--architecture', 'amd64']);
    assert.equal(code, 0, stderr);
    const [tested] = (await instances()).filter(({ ImageId }) => ImageId === candidate);
    assert.equal(tested?.State?.Name, 'terminated');
    assert.equal(tested?.InstanceType, 't4g.small');
    assert.deepEqual([await imageOf('current'), await imageOf('previous')], [candidate, image]);
  });

  it('promote is refused when the launch template has network interfaces', async () => {
    const { subnets, image } = await makeStage(({ SecurityGroupIds, ...data }) => ({
      ...data,
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false, Groups: SecurityGroupIds }],
    }));
    await parameter('candidate', await makeImage('2'.repeat(40), subnets[0] ?? ''));
    await parameter('current', image);
    const { code, stderr } = await start('promote', ['--architecture', 'amd64']);
    assert.equal(code, 1);
    assert.match(stderr, /promote: cannot launch the boot test: InvalidParameterCombination: /);
    assert.equal(await imageOf('current'), image);
  });

  it('images:prune keeps what is used, and deletes the other images and launch template versions', async () => {
    const { subnets, image, launchTemplateId: LaunchTemplateId } = await makeStage();
    const past = await makeImage('5'.repeat(40), subnets[0] ?? '');
    for (const ImageId of [past, image]) {
      await ec2.createLaunchTemplateVersion({ LaunchTemplateId, SourceVersion: '1', LaunchTemplateData: { ImageId } });
    }
    const unused = await makeImage('3'.repeat(40), subnets[0] ?? '');
    const current = await makeImage('4'.repeat(40), subnets[0] ?? '');
    await parameter('current', current);
    await parameter('3'.repeat(40), unused);
    const args = ['--newest', '0', '--days', '0', '--delete'];
    const { code, stdout, stderr, operations } = await start('images-prune', args);
    assert.equal(code, 0, stdout + stderr);
    const { Images = [] } = await ec2.describeImages({ Owners: ['self'] });
    assert.deepEqual(Images.map(({ ImageId }) => ImageId).toSorted(), [image, current].toSorted());
    await assert.rejects(imageOf('3'.repeat(40)), /ParameterNotFound/);
    assert.equal(operations.filter((name) => name === 'DeleteLaunchTemplateVersions').length, 1);
  });

  it('deploy removes the rules of the default security group of the VPC', async () => {
    const { vpcId } = await makeStage();
    await letDefaultGroupReachItself(vpcId);
    await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 0 });
    await writeAssembly(join(programs.folder, 'cdk.out'), 'dev');
    const deploy = () => start('deploy', ['--yes', '--skip-checks', '--wait-seconds', '1'], {}, programs.folder);
    const rules = async (name: string) =>
      (await groupsOf(vpcId, name)).map(({ IpPermissions = [], IpPermissionsEgress = [] }) => [
        IpPermissions.length,
        IpPermissionsEgress.length,
      ]);
    assert.deepEqual(await rules('default'), [[1, 1]]);
    const other = await rules('app');
    const { code, stderr } = await deploy();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\nRemoved the rules of the default security group sg-\w+ \(1 in, 1 out\)\n/);
    assert.deepEqual([await rules('default'), await rules('app')], [[[0, 0]], other]);
    const again = await deploy();
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /default security group/);
  });

  it('status shows the group and its instances', async () => {
    await makeStage();
    const { code, stdout, stderr } = await start('status');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Fleet +2 wanted \(2 to 3\), 2 there, /);
    assert.equal(stdout.match(/\ni-\w{17} +eu-west-1[ab] +InService/g)?.length, 2);
  });

  it('ssh pushes a key to the instance that is meant', async () => {
    await makeStage();
    await using programs = await fakePrograms({ ssh: 0, aws: 0, 'session-manager-plugin': 0 });
    const PATH = `${programs.folder}:${process.env['PATH']}`;
    const [meant] = (await instances()).filter(({ State }) => State?.Name === 'running');
    const id = meant?.InstanceId ?? assert.fail('no instance');
    const { code, stderr, operations } = await start('ssh', [id, '--', 'uptime'], { PATH });
    assert.equal(code, 0, stderr);
    assert.ok(operations.includes('SendSSHPublicKey'));
    assert.match((await programs.started()).at(-1) ?? '', new RegExp(`admin@${id} -- uptime$`));
  });

  it('bastion starts and stops the instance of its group', async () => {
    const { subnets } = await makeStage();
    await ec2.modifySubnetAttribute({ SubnetId: subnets[0] ?? '', MapPublicIpOnLaunch: { Value: true } });
    const woken = await start('bastion', ['wake']);
    assert.equal(woken.code, 0, woken.stderr);
    assert.match(woken.stdout, /^The bastion of dev is awake: i-\w{17} at \d+\.\d+\.\d+\.\d+\./);
    const parked = await start('bastion', ['park']);
    assert.equal(parked.code, 0, parked.stderr);
    const { AutoScalingGroups = [] } = await autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: ['stampede-dev-bastion'],
    });
    assert.deepEqual(AutoScalingGroups[0]?.Instances ?? [], []);
  });

  it('destroy deletes the stacks and names what they retain', async () => {
    await makeStage();
    const { code, stdout, stderr } = await start('destroy', ['--yes']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Retained, and billed until you delete it:\n {2}AWS::SNS::Topic {2}arn:aws:sns:/);
    const { Stacks = [] } = await cloudFormation.describeStacks({});
    assert.deepEqual(Stacks, []);
  });
});
