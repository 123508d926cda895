import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { Account, Right } from '../../../scripts/rights/account.ts';
import type { AwsCall } from '../../../scripts/rights/call.ts';
import { createPolicyProxy } from '../../../scripts/rights/policy-proxy.ts';
import type { StageRole } from '../../../scripts/rights/role.ts';

/** A request that reached a proxy: what it needed, and the first right that the role lacks. */
export interface Recorded {
  readonly call: AwsCall;
  readonly rights: readonly Right[];
  readonly missing: Right | undefined;
}

/** Starts an endpoint that enforces a role and records its requests; stops after the tests of the calling file. */
export async function startPolicyProxy(upstream: string, account: Account, role: StageRole) {
  const recorded: Recorded[] = [];
  const server = createPolicyProxy({
    upstream: new URL(upstream),
    account,
    role,
    sessionOf: (accessKeyId) => (accessKeyId === 'unknown' ? undefined : 'i-0123456789abcdef0'),
    // Fails the test file, as an exception that nothing catches.
    onFailure: (error) => {
      throw error;
    },
    onCall: (call, rights, missing) => recorded.push({ call, rights, missing }),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { recorded, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
