import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAllowed, PLACES, PORTS } from '../../scripts/probe/openings.ts';
import { parties } from './network-model.ts';
import { connections, outside } from './reachability.ts';
import { CERTIFICATE, resourcesOf, type Synthesized, synthesize } from './synthesize.ts';

const internet = outside('internet', '203.0.113.77');
const operator = outside('operator', '198.51.100.7');

/** Connections that are possible in every deployment. */
const ALWAYS = [
  'app → internet tcp 443',
  // The load balancer is public, so the fleet and the bastion reach it too.
  'app → load balancer tcp 443',
  'app → operator tcp 443',
  'bastion → app tcp 22',
  'bastion → internet tcp 443',
  'bastion → load balancer tcp 443',
  'bastion → operator tcp 443',
  'instance connect → app tcp 22',
  'internet → load balancer tcp 443',
  'internet → load balancer tcp 80',
  'load balancer → app tcp 8080',
  'operator → load balancer tcp 443',
  'operator → load balancer tcp 80',
];

/** The stacks with an additional rule in the security group of a party. */
function openedToInternet(stacks: Synthesized, name: string, port: number): Synthesized {
  const [group = ''] = parties(stacks).find((party) => party.name === name)?.groups ?? [];
  const network = structuredClone(stacks.network);
  const properties = network.Resources[group]?.Properties;
  const rule = { IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '0.0.0.0/0' };
  properties.SecurityGroupIngress = [...(properties.SecurityGroupIngress ?? []), rule];
  return { ...stacks, network, all: [stacks.data, network, stacks.service, stacks.operations] };
}

describe('reachability, computed from security groups, network ACLs and routes', () => {
  const dev = synthesize('dev');
  const prod = synthesize('prod', { certificateArn: CERTIFICATE, sshCidrs: '198.51.100.0/24' });

  it('includes internet to load balancer and load balancer to app, but no other path to the app', () => {
    assert.deepEqual(connections(dev, [internet, operator]), ALWAYS);
  });

  it('includes the load balancer only for the networks in the settings, and the instances still reach AWS', () => {
    const restricted = synthesize('dev', { sourceCidrs: '203.0.113.0/24' });
    const gone = ['operator → load balancer tcp 443', 'operator → load balancer tcp 80'];
    const inside = ['app → load balancer tcp 443', 'bastion → load balancer tcp 443'];
    const expected = ALWAYS.filter((connection) => ![...gone, ...inside].includes(connection));
    assert.deepEqual(connections(restricted, [internet, operator], 'groups only'), expected);
    assert.deepEqual(connections(restricted, [internet, operator]), expected);
  });

  it('includes port 22 of the bastion only for the networks in the settings', () => {
    assert.deepEqual(connections(prod, [internet, operator]), [...ALWAYS, 'operator → bastion tcp 22'].toSorted());
  });

  it('is what npm run probe expects from every place, to every port that it tries', () => {
    const parties = { internet: 'internet', operator: 'operator', bastion: 'bastion', instance: 'app' };
    const possible = connections(prod, [internet, operator]);
    for (const place of PLACES) {
      for (const [target, port] of PORTS) {
        const connection = `${parties[place]} → ${target} tcp ${port}` as const;
        assert.equal(isAllowed(place, target, port), possible.includes(connection), connection);
      }
    }
  });

  it('is the same with the security groups alone', () => {
    assert.deepEqual(connections(dev, [internet, operator], 'groups only'), ALWAYS);
  });

  it('does not include the app or port 22 if a security group is opened to the internet by mistake', () => {
    assert.deepEqual(connections(openedToInternet(dev, 'app', 8080), [internet, operator]), ALWAYS);
    assert.deepEqual(connections(openedToInternet(dev, 'bastion', 22), [internet, operator]), ALWAYS);
  });

  it('includes a mistake that no other layer prevents', () => {
    const found = connections(openedToInternet(dev, 'bastion', 443), [internet]);
    assert.ok(found.includes('internet → bastion tcp 443'), found.join('\n'));
  });

  it('covers every security group in use', () => {
    const guarded = parties(dev).flatMap(({ groups }) => groups);
    assert.equal(resourcesOf('AWS::EC2::SecurityGroup', ...dev.all).length, new Set(guarded).size);
  });

  it('gives no instance a public address by its subnet', () => {
    const subnets = resourcesOf('AWS::EC2::Subnet', dev.network);
    assert.ok(subnets.length >= 5);
    assert.ok(subnets.every(({ Properties }) => Properties.MapPublicIpOnLaunch === false));
  });

  it('has public addresses only for the bastion and the load balancer', () => {
    const names = parties(dev).filter(({ publicAddress }) => publicAddress);
    assert.deepEqual(names.map(({ name }) => name).toSorted(), ['bastion', 'load balancer']);
  });

  it('has no security group or ACL that allows the internet on port 22', () => {
    const rules = resourcesOf('AWS::EC2::SecurityGroup', ...prod.all).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    );
    const open = rules.filter(
      ({ CidrIp, FromPort, ToPort }) => CidrIp === '0.0.0.0/0' && FromPort <= 22 && ToPort >= 22,
    );
    assert.deepEqual(open, []);
  });
});
