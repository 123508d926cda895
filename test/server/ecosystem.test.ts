import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apps } from '../../ecosystem.config.js';
import { TIMEOUTS_MS } from '../../server/contract.ts';

describe('ecosystem.config.js', () => {
  it('uses the timeouts of the contract', () => {
    for (const { kill_timeout, listen_timeout, wait_ready } of apps)
      assert.deepEqual(
        { kill_timeout, listen_timeout, wait_ready },
        { kill_timeout: TIMEOUTS_MS.pm2Kill, listen_timeout: TIMEOUTS_MS.pm2Listen, wait_ready: true },
      );
  });
});
