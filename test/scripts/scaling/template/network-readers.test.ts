import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userDataScript } from '../../../../scripts/scaling/template/launch-template.ts';
import { readLoadBalancer } from '../../../../scripts/scaling/template/load-balancer.ts';
import { readSecurityGroups } from '../../../../scripts/scaling/template/security-groups.ts';
import { exampleStage, network, service, template } from './stage-example.ts';

describe('readSecurityGroups', () => {
  it('collects the rules of a group from all templates, without those for IPv6', () => {
    const [app] = readSecurityGroups(exampleStage());
    assert.deepEqual(app, {
      logicalId: 'AppGroup',
      ingress: [
        { protocol: 'tcp', ports: [8080, 8080], peer: { group: 'BalancerGroup' }, description: 'Load balancer to app' },
      ],
      egress: [{ protocol: 'tcp', ports: [443, 443], peer: { cidr: '0.0.0.0/0' }, description: 'AWS "APIs"' }],
    });
  });

  it('lets everything out where the template says nothing, as EC2 does', () => {
    const balancer = readSecurityGroups(exampleStage())[1];
    assert.deepEqual(
      balancer?.egress.map(({ protocol, ports, peer }) => [protocol, ports, peer]),
      [['any', undefined, { cidr: '0.0.0.0/0' }]],
    );
  });

  it('reads protocols by name and number, and rules for all ports', () => {
    const rules = [
      { CidrIp: '10.0.0.0/8', IpProtocol: '17', FromPort: 53, ToPort: 54 },
      { CidrIp: '10.0.0.0/8', IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
      { CidrIp: '10.0.0.0/8', IpProtocol: -1 },
    ];
    const group = { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: rules } };
    const read = readSecurityGroups(exampleStage({ Odd: group })).find(({ logicalId }) => logicalId === 'Odd');
    assert.deepEqual(
      read?.ingress.map(({ protocol, ports }) => [protocol, ports]),
      [
        ['udp', [53, 54]],
        ['icmp', undefined],
        ['any', undefined],
      ],
    );
  });

  it('refuses a rule that it would get wrong', () => {
    const refused = (rule: object) => () =>
      readSecurityGroups(
        exampleStage({ Odd: { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupEgress: [rule] } } }),
      );
    assert.throws(refused({ IpProtocol: 'gre', CidrIp: '10.0.0.0/8' }), /service\/Odd has a rule .*protocol gre/);
    assert.throws(
      refused({ IpProtocol: 'tcp', DestinationPrefixListId: 'pl-1' }),
      /expected tcp.*a CidrIp or a security/,
    );
  });
});

describe('readLoadBalancer', () => {
  it('reads idle timeout, subnets, security groups and listeners', () => {
    assert.deepEqual(readLoadBalancer(exampleStage()), {
      idleTimeoutS: 45,
      subnets: [{ logicalId: 'SubnetA', zone: 'us-east-1a', cidr: '10.0.0.0/20' }],
      securityGroups: ['{{service/BalancerGroup.GroupId}}'],
      listeners: [{ port: 80, protocol: 'HTTP' }],
    });
  });

  it('must be one', () => {
    const second = { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: {} };
    assert.throws(() => readLoadBalancer(exampleStage({ Second: second })), /has 2 load balancers: expected one/);
  });
});

describe('userDataScript', () => {
  const templates = [template('network', network), template('service', service)];

  it('puts the values of a deployment in the place of references', () => {
    const script = userDataScript(templates, { '{{service/Table}}': 'timestamps' });
    assert.equal(script, '#!/bin/bash\nTABLE_NAME=timestamps\n');
  });

  it('refuses a reference without a value', () => {
    assert.throws(() => userDataScript(templates, {}), /refers to \{\{service\/Table\}\}: give each of them a value/);
  });
});
