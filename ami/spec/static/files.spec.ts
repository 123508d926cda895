import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { IMAGE_PATHS } from '../../contract.ts';
import { output, ownershipOf } from '../system.ts';

describe('application files', () => {
  const expected: Readonly<Record<string, string>> = {
    [IMAGE_PATHS.app]: 'root:root 755',
    [`${IMAGE_PATHS.app}/bin/node`]: 'root:root 755',
    [`${IMAGE_PATHS.app}/bin/pm2`]: 'root:root 755',
    [`${IMAGE_PATHS.app}/bin/complete-launch`]: 'root:root 755',
    [`${IMAGE_PATHS.app}/dist/server.cjs`]: 'root:root 644',
    [`${IMAGE_PATHS.app}/ecosystem.config.js`]: 'root:root 644',
    '/etc/stampede': 'root:root 755',
    [IMAGE_PATHS.bakeFacts]: 'root:root 644',
    '/etc/systemd/system/stampede.service': 'root:root 644',
    '/etc/systemd/system/stampede-launch-hook.service': 'root:root 644',
    '/etc/nftables.conf': 'root:root 755',
    '/etc/ssh/sshd_config.d/10-stampede.conf': 'root:root 644',
  };
  for (const [path, ownership] of Object.entries(expected)) {
    it(`include ${path} as ${ownership}`, () => assert.equal(ownershipOf(path), ownership));
  }

  it('can only be changed by root', () => {
    const writable = ['(', '!', '-user', 'root', '-o', '-perm', '/022', ')', '!', '-type', 'l'];
    assert.equal(output('find', IMAGE_PATHS.app, ...writable), '');
  });

  it('include no package manager and no source of the server', () => {
    const unwanted = ['bin/npm', 'bin/npx', 'server/main.ts', 'node_modules/express', 'node_modules/dynalite'];
    for (const path of unwanted) assert.equal(existsSync(`${IMAGE_PATHS.app}/${path}`), false, path);
  });

  it('include no setuid programs except those of Debian', () => {
    const setuid = output('find', '/', '-xdev', '-perm', '/6000', '-type', 'f', '-not', '-path', '/proc/*').split('\n');
    // dpkg lists some of them without /usr, by their paths before the directories were merged.
    const foreign = setuid.filter((path) => output('dpkg', '--search', path, path.replace(/^\/usr/, '')) === '');
    assert.deepEqual(foreign, []);
  });
});
