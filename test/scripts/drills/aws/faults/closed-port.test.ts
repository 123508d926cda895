import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reopenCommand } from '../../../../../scripts/drills/aws/faults/closed-port.ts';

describe('the command that opens a port again after a drill was killed', () => {
  it('names the rule with all its values, because AWS replaces them all', () => {
    const rule = {
      id: 'sgr-0123456789abcdef0',
      groupId: 'sg-0123456789abcdef0',
      isEgress: false,
      protocol: 'tcp',
      from: 8080,
      to: 8080,
      description: 'from the load balancer',
      peerGroup: 'sg-0fedcba9876543210',
    };
    assert.equal(
      reopenCommand(rule),
      'aws ec2 modify-security-group-rules --group-id sg-0123456789abcdef0 --security-group-rules ' +
        `'[{"SecurityGroupRuleId":"sgr-0123456789abcdef0","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":8080,` +
        `"ToPort":8080,"ReferencedGroupId":"sg-0fedcba9876543210","Description":"from the load balancer"}}]'`,
    );
  });
});
