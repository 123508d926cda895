import type { Instance } from '../../../scripts/aws/ec2.ts';

/** A running instance of which a test states only what it is about. */
export function exampleInstance(deciding: Partial<Instance>): Instance {
  return {
    id: 'i-0a1111111111111aa',
    state: 'running',
    type: 'c7g.medium',
    zone: 'eu-west-1a',
    imageId: 'ami-0123456789abcdef0',
    launchedAt: undefined,
    securityGroups: [],
    privateIp: '10.20.1.10',
    publicIp: '',
    ...deciding,
  };
}
