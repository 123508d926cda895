import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseValue } from '../../../scripts/cli/arguments.ts';
import { UsageError } from '../../../scripts/cli/errors.ts';
import { chooseConnection, VIA_OPTION } from '../../../scripts/stage/connection.ts';
import { TOOLS, type Tool } from '../../../scripts/stage/tools.ts';

const all = Object.keys(TOOLS) as Tool[];
const without = (...missing: Tool[]) => new Set(all.filter((tool) => !missing.includes(tool)));

describe('chooseConnection', () => {
  it('prefers Session Manager, then the endpoint, then the bastion', () => {
    assert.equal(chooseConnection('auto', { tools: without(), hasEndpoint: true }), 'session-manager');
    assert.equal(chooseConnection('auto', { tools: without('session-manager-plugin'), hasEndpoint: true }), 'endpoint');
    assert.equal(chooseConnection('auto', { tools: without('session-manager-plugin'), hasEndpoint: false }), 'bastion');
    assert.equal(chooseConnection('auto', { tools: without('aws'), hasEndpoint: true }), 'bastion');
  });

  it('takes the requested connection', () => {
    assert.equal(chooseConnection('bastion', { tools: without(), hasEndpoint: true }), 'bastion');
  });

  it('names the tool that is missing and where to get it', () => {
    const available = { tools: without('session-manager-plugin'), hasEndpoint: true };
    assert.throws(
      () => chooseConnection('session-manager', available),
      /session-manager needs session-manager-plugin, which is not on the PATH: install it: https:\/\/docs\.aws/,
    );
    assert.throws(
      () => chooseConnection('endpoint', { tools: without('aws'), hasEndpoint: true }),
      /endpoint needs aws/,
    );
    assert.throws(
      () => chooseConnection('auto', { tools: without('ssh'), hasEndpoint: true }),
      /needs ssh.*install OpenSSH/,
    );
  });

  it('says that there is no endpoint', () => {
    assert.throws(
      () => chooseConnection('endpoint', { tools: without(), hasEndpoint: false }),
      /no EC2 Instance Connect/,
    );
  });
});

describe('--via', () => {
  const parse = (text: string) => parseValue('--via', VIA_OPTION.schema, text);

  it('knows auto and the connections', () => {
    assert.equal(parse('auto'), 'auto');
    assert.equal(parse('bastion'), 'bastion');
    assert.throws(() => parse('window'), UsageError);
  });
});
