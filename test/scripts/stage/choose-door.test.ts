import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../scripts/cli/errors.ts';
import { chooseDoor, parseDoor } from '../../../scripts/stage/choose-door.ts';
import { TOOLS, type Tool } from '../../../scripts/stage/tools.ts';

const all = Object.keys(TOOLS) as Tool[];
const without = (...missing: Tool[]) => new Set(all.filter((tool) => !missing.includes(tool)));

describe('chooseDoor', () => {
  it('prefers Session Manager, then the endpoint, then the bastion', () => {
    assert.equal(chooseDoor('auto', { tools: without(), hasEndpoint: true }), 'session-manager');
    assert.equal(chooseDoor('auto', { tools: without('session-manager-plugin'), hasEndpoint: true }), 'endpoint');
    assert.equal(chooseDoor('auto', { tools: without('session-manager-plugin'), hasEndpoint: false }), 'bastion');
    assert.equal(chooseDoor('auto', { tools: without('aws'), hasEndpoint: true }), 'bastion');
  });

  it('takes the door asked for', () => {
    assert.equal(chooseDoor('bastion', { tools: without(), hasEndpoint: true }), 'bastion');
  });

  it('names the tool that is missing and where to get it', () => {
    const surroundings = { tools: without('session-manager-plugin'), hasEndpoint: true };
    assert.throws(
      () => chooseDoor('session-manager', surroundings),
      /session-manager needs session-manager-plugin, which is not on the PATH: install it: https:\/\/docs\.aws/,
    );
    assert.throws(() => chooseDoor('endpoint', { tools: without('aws'), hasEndpoint: true }), /endpoint needs aws/);
    assert.throws(() => chooseDoor('auto', { tools: without('ssh'), hasEndpoint: true }), /needs ssh.*install OpenSSH/);
  });

  it('says that there is no endpoint', () => {
    assert.throws(() => chooseDoor('endpoint', { tools: without(), hasEndpoint: false }), /no EC2 Instance Connect/);
  });
});

describe('parseDoor', () => {
  it('knows auto and the doors', () => {
    assert.equal(parseDoor('auto'), 'auto');
    assert.equal(parseDoor('bastion'), 'bastion');
    assert.throws(() => parseDoor('window'), UsageError);
  });
});
