import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  missingRules,
  nftGateway,
  nftMember,
  nftOtherRules,
  nftRuleset,
} from '../../../../../scripts/drills/rehearsal/stage/nft-ruleset.ts';
import { readSecurityGroups, type SecurityGroup } from '../../../../../scripts/scaling/template/security-groups.ts';
import { exampleStage } from '../../../scaling/template/stage-example.ts';

const groups = readSecurityGroups(exampleStage());

describe('nftRuleset', () => {
  it('passes a packet that a rule of the sender and a rule of the receiver permit, and answers; sets start empty', () => {
    assert.equal(
      nftRuleset(groups),
      `table ip security_groups {
  set members_of_AppGroup { type ipv4_addr; flags interval; }
  set members_of_BalancerGroup { type ipv4_addr; flags interval; }
  chain egress {
    ip saddr @members_of_AppGroup ip daddr 0.0.0.0/0 tcp dport 443 return comment "AWS APIs"
    ip saddr @members_of_BalancerGroup ip daddr 0.0.0.0/0 return comment "the default of EC2 where no egress rule is given"
    ip saddr @members_of_AppGroup counter drop
    ip saddr @members_of_BalancerGroup counter drop
  }
  chain ingress {
    ip daddr @members_of_AppGroup ip saddr @members_of_BalancerGroup tcp dport 8080 return comment "Load balancer to app"
    ip daddr @members_of_BalancerGroup ip saddr 0.0.0.0/0 tcp dport 80 return
    ip daddr @members_of_AppGroup counter drop
    ip daddr @members_of_BalancerGroup counter drop
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state established,related accept
    jump egress
    jump ingress
  }
}
`,
    );
  });

  it('writes port ranges, and protocols without ports', () => {
    const rule = { peer: { cidr: '10.0.0.0/8' }, description: '' };
    const group: SecurityGroup = {
      logicalId: 'G',
      ingress: [
        { ...rule, protocol: 'udp', ports: [53, 54] },
        { ...rule, protocol: 'icmp', ports: undefined },
      ],
      egress: [],
    };
    const text = nftRuleset([group]);
    assert.match(text, /ip saddr 10\.0\.0\.0\/8 udp dport 53-54 return\n/);
    assert.match(text, /ip saddr 10\.0\.0\.0\/8 meta l4proto icmp return\n/);
  });
});

describe('nftOtherRules', () => {
  it('replaces all rules at once, and keeps the members of the groups', () => {
    const closed = groups.map((group) => ({ ...group, ingress: [] }));
    const text = nftOtherRules(closed);
    assert.match(text, /^flush chain ip security_groups egress\nflush chain ip security_groups ingress\ntable ip/);
    assert.match(text, /chain ingress \{\n {4}ip daddr @members_of_AppGroup counter drop\n/);
    assert.doesNotMatch(text, /\bset\b|chain forward/);
  });
});

describe('missingRules', () => {
  it('names the rules that the router lacks', () => {
    assert.deepEqual(missingRules(groups, nftRuleset(groups)), []);
    const closed = groups.map((group) => ({ ...group, ingress: [] }));
    assert.deepEqual(missingRules(groups, nftOtherRules(closed)), ['Load balancer to app']);
  });
});

describe('nftGateway', () => {
  it('passes packets of the subnets that have the route, and of no other', () => {
    const lines = nftGateway('s3', '198.51.100.10', ['10.0.0.0/20', '10.0.16.0/20'])
      .split('\n')
      .map((line) => line.trim());
    const judged = lines.filter((line) => line.includes('198.51.100.10'));
    assert.deepEqual(judged, [
      'ip saddr 10.0.0.0/20 ip daddr 198.51.100.10 return',
      'ip saddr 10.0.16.0/20 ip daddr 198.51.100.10 return',
      'ip daddr 198.51.100.10 counter drop',
    ]);
  });

  it('drops nothing without such an endpoint', () => {
    assert.doesNotMatch(nftGateway('s3', '198.51.100.10', []), /drop/);
  });
});

describe('nftMember', () => {
  it('adds and removes an address', () => {
    const words = ['element', 'ip', 'security_groups', 'members_of_AppGroup', '{ 10.0.1.6 }'];
    assert.deepEqual(nftMember('add', 'AppGroup', '10.0.1.6'), ['nft', 'add', ...words]);
    assert.deepEqual(nftMember('delete', 'AppGroup', '10.0.1.6'), ['nft', 'delete', ...words]);
  });
});
