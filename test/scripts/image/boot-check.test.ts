import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pm2Processes } from '../../../scripts/image/boot-check.ts';

describe("pm2's processes", () => {
  const processes = [
    { pid: 1, parent: 0, title: '/lib/systemd/systemd' },
    { pid: 10, parent: 1, title: 'PM2 v7.0.4: God Daemon (/run/stampede/pm2)' },
    { pid: 11, parent: 10, title: 'node /opt/stampede/dist/server.cjs' },
    { pid: 13, parent: 10, title: 'df -kPT' },
    { pid: 12, parent: 1, title: 'node /opt/stampede/dist/server.cjs' },
  ];

  it('are the daemon and its workers', () => {
    assert.deepEqual(
      pm2Processes(processes).map(({ pid }) => pid),
      [10, 11],
    );
  });

  it('are none without a daemon', () => assert.deepEqual(pm2Processes(processes.slice(0, 1)), []));
});
