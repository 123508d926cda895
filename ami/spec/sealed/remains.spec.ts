import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { IMAGE_PATHS } from '../../contract.ts';
import { activity, entriesOf, filesBelow, homes, output, textOf } from '../system.ts';

const below = (folders: readonly string[]) => folders.flatMap(filesBelow);

describe('the bake leaves behind', () => {
  it('no authorized keys', () => {
    const keys = homes().map((home) => `${home}/.ssh/authorized_keys`);
    assert.deepEqual(keys.filter(existsSync), []);
  });

  it('no host keys', () => {
    const keys = entriesOf('/etc/ssh').filter((name) => name.startsWith('ssh_host_'));
    assert.deepEqual(keys, []);
  });

  it('no machine id', () => {
    assert.equal(textOf('/etc/machine-id'), '');
    assert.equal(existsSync('/var/lib/dbus/machine-id'), false);
  });

  it('no identity of the SSM agent', () => {
    assert.equal(activity('amazon-ssm-agent.service'), 'inactive');
    assert.deepEqual(filesBelow('/var/lib/amazon/ssm'), []);
  });

  it('no shell history', () => {
    const histories = homes().flatMap((home) => entriesOf(home).filter((name) => name.endsWith('_history')));
    assert.deepEqual(histories, []);
  });

  it('no package caches', () => {
    assert.deepEqual(below(['/var/lib/apt/lists']), []);
    const debs = filesBelow('/var/cache/apt').filter((path) => /\.(deb|bin)$/.test(path));
    const npmCaches = homes().filter((home) => existsSync(`${home}/.npm`));
    assert.deepEqual([...debs, ...npmCaches], []);
  });

  it('no settings, saved process lists or logs of the service', () => {
    assert.equal(existsSync(IMAGE_PATHS.envFile), false);
    assert.equal(output('find', '/', '-xdev', '-name', 'dump.pm2*'), '');
    assert.equal(activity('stampede.service'), 'inactive');
    assert.equal(existsSync('/var/log/stampede'), false);
    assert.equal(existsSync('/var/log/stampede-journal.log'), false);
    assert.deepEqual(filesBelow('/var/log/journal'), []);
  });

  it('no temporary files', () => {
    // The script that runs this test is in /tmp; Packer removes it.
    const left = below(['/tmp', '/var/tmp']).filter((path) => !/\/script_\d+\.sh$/.test(path));
    assert.deepEqual(left, []);
  });

  it('no variables or credentials in configuration files', () => {
    const traces = 'PAYLOAD_SHA256|PACKER_BUILD|AWS_SECRET_ACCESS_KEY|AWS_ENDPOINT_URL|BEGIN [A-Z ]*PRIVATE KEY';
    const folders = ['/etc', '/root', '/home', '/var/lib/cloud', '/var/lib/systemd'];
    const paths = [...folders, `${IMAGE_PATHS.app}/ecosystem.config.js`];
    const found = output('grep', '--recursive', '--extended-regexp', '--files-with-matches', traces, ...paths);
    assert.equal(found, '');
  });
});
