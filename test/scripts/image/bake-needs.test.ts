import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BakeConditions, missingForBake } from '../../../scripts/image/bake-needs.ts';
import { startFakeAws } from '../aws/fake-aws.ts';
import { runEntry } from '../run-entry.ts';

const PINNED = ['SSM_AGENT', 'CLOUDWATCH_AGENT']
  .flatMap((agent) => ['AMD64', 'ARM64'].map((architecture) => `${agent}_SHA256_${architecture}=${'0'.repeat(64)}\n`))
  .join('');

const COMPLETE: BakeConditions = {
  architecture: 'arm64',
  region: 'eu-west-1',
  environment: {},
  versions: PINNED,
  defaultVpc: true,
  packer: true,
};

const missing = (changes: Partial<BakeConditions>) => missingForBake({ ...COMPLETE, ...changes }).join('\n');

describe('a bake on AWS', () => {
  it('lacks nothing with pinned agents and a default VPC', () => assert.equal(missing({}), ''));

  it('lacks Packer if it cannot be run', () => {
    assert.match(missing({ packer: false }), /^packer version fails: install Packer from https:/);
  });

  it('lacks a network for the builder without a default VPC and a subnet', () => {
    const text = missing({ defaultVpc: false });
    assert.match(
      text,
      /^eu-west-1 has no default VPC for the builder: run aws ec2 create-default-vpc .*PKR_VAR_subnet/,
    );
    assert.equal(missing({ defaultVpc: false, environment: { PKR_VAR_subnet_id: 'subnet-1' } }), '');
  });

  it('lacks the checksums of agents that are not pinned for its architecture', () => {
    const versions = PINNED.replace(/^(SSM_AGENT_SHA256_ARM64=).*$/m, '$1');
    assert.match(missing({ versions }), /^ami\/versions\.sh has no SSM_AGENT_SHA256_ARM64: run ami\/pin-agents\.sh/);
    assert.equal(missing({ versions, architecture: 'amd64' }), '');
  });

  it('lacks a key of its own when other accounts are to launch the image', () => {
    const environment = { PKR_VAR_share_accounts: '["123456789012"]' };
    assert.match(missing({ environment }), /^PKR_VAR_share_accounts is \["123456789012"\] without PKR_VAR_kms_key_id/);
    assert.equal(missing({ environment: { ...environment, PKR_VAR_kms_key_id: 'arn:aws:kms:…' } }), '');
    assert.equal(missing({ environment: { PKR_VAR_share_accounts: '[]' } }), '');
  });

  it('stops before Packer when the region has no default VPC', async () => {
    await using aws = await startFakeAws({
      DescribeVpcs: { body: '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>' },
    });
    const { code, stdout, stderr } = await runEntry('scripts/bake.ts', [], { env: aws.env });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^bake: cannot bake yet: /);
    assert.match(stderr, /eu-west-1 has no default VPC for the builder/);
    assert.deepEqual(
      aws.requests.map(({ operation, params }) => [operation, params['Filter.1.Name']]),
      [['DescribeVpcs', 'is-default']],
    );
  });
});
