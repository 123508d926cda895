import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resource, Template } from '../synthesize.ts';
import { changeOf } from './change.ts';
import { brokenReferences } from './exports-law.ts';
import { movedAclRules, reroutedNames, takenKeys } from './keys-law.ts';
import { lostResources, retainedNames } from './stateful-law.ts';

const template = (Resources: Record<string, Partial<Resource>>, Outputs: Template['Outputs'] = {}): Template =>
  ({ Resources, Outputs }) as Template;

describe('references between stacks', () => {
  const group = (description: string) =>
    template(
      { Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: description } } },
      { Id: { Value: { Ref: 'Group' }, Export: { Name: 'network:Id' } } },
    );
  const consumer = (value: unknown) =>
    template({ Rule: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: value } } });
  const strong = consumer({ 'Fn::ImportValue': 'network:Id' });
  const weak = consumer({ 'Fn::GetStackOutput': { StackName: 'network', OutputName: 'Id' } });
  const none = consumer('sg-0123456789abcdef0');
  const broken = (network: [Template, Template], service: [Template, Template]) =>
    brokenReferences(
      new Map([
        ['network', changeOf(...network)],
        ['service', changeOf(...service)],
      ]),
    );

  it('break if an export vanishes that the deployed stack imports, although its next template does not', () => {
    assert.deepEqual(broken([group('a'), template({})], [strong, none]), [
      'network removes the export Id, which service imports',
    ]);
    assert.deepEqual(broken([group('a'), template({})], [none, none]), []);
  });

  it('break if an export changes that the deployed stack imports', () => {
    assert.deepEqual(broken([group('a'), group('b')], [strong, strong]), [
      'network changes the export Id, which service imports',
    ]);
    assert.deepEqual(broken([group('a'), group('a')], [strong, strong]), []);
  });

  it('permit a weakly read output to vanish, but not to change unnoticed', () => {
    assert.deepEqual(broken([group('a'), template({})], [weak, none]), []);
    assert.match(
      broken([group('a'), group('b')], [weak, weak])[0] ?? '',
      /^network replaces the resource in Id, which/,
    );
    assert.deepEqual(broken([group('a'), template({})], [weak, weak]), [
      'network has no output Id, which service reads',
    ]);
  });
});

describe('unique keys', () => {
  const listener = (balancer: string, port: number) => ({
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { LoadBalancerArn: { Ref: balancer }, Port: port },
  });
  const balancer = (scheme: string) => ({
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: { Scheme: scheme },
  });
  const subnet = (cidr: string, zone = 'eu-west-1a') => ({
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: 'vpc-1', CidrBlock: cidr, AvailabilityZone: zone },
  });

  it('are taken if another listener gets a port before the first is deleted', () => {
    const change = changeOf(template({ Http: listener('B', 80) }), template({ Redirect: listener('B', 80) }));
    assert.deepEqual(takenKeys(change), [
      'Redirect (AWS::ElasticLoadBalancingV2::Listener) takes {"LoadBalancerArn":{"Ref":"B"},"Port":80} while Http has it',
    ]);
  });

  it('are free at a load balancer that is new', () => {
    const before = template({ B: balancer('internal'), Http: listener('B', 80) });
    const after = template({ B: balancer('internet-facing'), Http: listener('B', 80) });
    assert.deepEqual(takenKeys(changeOf(before, after)), []);
  });

  it('are taken if a subnet overlaps another, or is replaced in its own network', () => {
    const before = template({ A: subnet('10.0.0.0/24') });
    const overlapping = changeOf(before, template({ B: subnet('10.0.0.0/20') }));
    const replaced = changeOf(before, template({ A: subnet('10.0.0.0/24', 'eu-west-1b') }));
    assert.match(takenKeys(overlapping)[0] ?? '', /^B \(AWS::EC2::Subnet\) takes .* while A has it$/);
    assert.match(takenKeys(replaced)[0] ?? '', /^A \(AWS::EC2::Subnet\) takes .* while A has it$/);
    assert.deepEqual(takenKeys(changeOf(before, template({ B: subnet('10.0.1.0/24') }))), []);
  });

  it('are taken if a resource with a fixed name gets another logical id', () => {
    const rule = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/stampede/dev/app' } };
    assert.match(takenKeys(changeOf(template({ A: rule }), template({ B: rule })))[0] ?? '', /while A has it$/);
  });

  it('of DNS are not changed in place', () => {
    const record = (routing: object) =>
      template({ Name: { Type: 'AWS::Route53::RecordSet', Properties: { Name: 'a.example.org', ...routing } } });
    const primary = { SetIdentifier: 'eu-west-1', Failover: 'PRIMARY' };
    assert.deepEqual(reroutedNames(changeOf(record({}), record(primary))), [
      'Name changes its routing from "" to "eu-west-1,Failover"',
    ]);
    assert.deepEqual(reroutedNames(changeOf(record(primary), record({ ...primary, HealthCheckId: 'h' }))), []);
  });

  it('of network ACLs are not moved between entries', () => {
    const entry = (port: number) => ({
      Type: 'AWS::EC2::NetworkAclEntry',
      Properties: { NetworkAclId: 'acl-1', RuleNumber: 100, PortRange: { From: port, To: port } },
    });
    const change = changeOf(template({ In0: entry(80) }), template({ In0: entry(22), In1: entry(80) }));
    assert.deepEqual(movedAclRules(change), ['The rule of In0 moves to In1']);
  });
});

describe('stateful resources', () => {
  const table = (key: string) => ({
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] },
  });

  it('are lost if an update deletes or replaces them', () => {
    const before = template({ Table: table('pk') });
    assert.deepEqual(lostResources(changeOf(before, template({}))), ['Table (AWS::DynamoDB::GlobalTable) is deleted']);
    assert.deepEqual(lostResources(changeOf(before, template({ Table: table('id') }))), [
      'Table (AWS::DynamoDB::GlobalTable) is replaced',
    ]);
    assert.deepEqual(lostResources(changeOf(before, before)), []);
  });

  it('are retained without a fixed name, or with the id of their stack in it', () => {
    const vault = (name: unknown, policy: string) =>
      template({
        Vault: { Type: 'AWS::Backup::BackupVault', Properties: { BackupVaultName: name }, DeletionPolicy: policy },
      });
    const changing = { 'Fn::Join': ['-', ['stampede', { Ref: 'AWS::StackId' }]] };
    assert.deepEqual(retainedNames(vault('stampede', 'RetainExceptOnCreate')), [
      'Vault (AWS::Backup::BackupVault) is retained as {"BackupVaultName":"stampede"}',
    ]);
    assert.deepEqual(retainedNames(vault(changing, 'Retain')), []);
    assert.deepEqual(retainedNames(vault('stampede', 'Delete')), []);
  });
});
