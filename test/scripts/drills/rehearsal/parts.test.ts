import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rehearsalScript } from '../../../../scripts/drills/artillery/script.ts';
import { CLIENT_LOAD } from '../../../../scripts/drills/rehearsal/clients.ts';
import { userDataFiles } from '../../../../scripts/drills/rehearsal/stage/launcher.ts';
import { CREDENTIALS_PATH, metadataOf } from '../../../../scripts/drills/rehearsal/stage/metadata-service.ts';
import { addressIn } from '../../../../scripts/drills/rehearsal/stage/network.ts';

describe('addressIn', () => {
  it('counts within a network, across bytes', () => {
    assert.equal(addressIn('10.20.16.0/20', 10), '10.20.16.10');
    assert.equal(addressIn('10.20.16.0/20', 300), '10.20.17.44');
  });

  it('rejects a number outside the network', () => {
    assert.throws(() => addressIn('10.20.0.0/24', 256), /10\.20\.0\.0\/24 has no address number 256/);
  });
});

describe('metadataOf', () => {
  const metadata = metadataOf({ id: 'i-0abc', address: '10.0.1.5', zone: 'eu-west-1b' }, new Date(0));

  it('has the id and the region of an instance', () => {
    assert.equal(metadata['/latest/meta-data/instance-id'], 'i-0abc');
    assert.equal(metadata['/latest/meta-data/placement/region'], 'eu-west-1');
  });

  it('has credentials that differ by instance and expire', () => {
    const { AccessKeyId, Expiration } = JSON.parse(metadata[CREDENTIALS_PATH] ?? '');
    assert.deepEqual([AccessKeyId, Expiration], ['ASIA0ABC', '1970-01-01T06:00:00.000Z']);
  });
});

describe('userDataFiles', () => {
  it('has the user data executed by a unit that the image orders itself after', () => {
    const files = new Map(userDataFiles('#!/bin/bash\necho here\n').map(({ path, text }) => [path, text]));
    const unit = files.get('/etc/systemd/system/cloud-final.service') ?? '';
    const [script = ''] = /(?<=ExecStart=\/bin\/bash ).*/.exec(unit) ?? [];
    assert.equal(files.get(script), '#!/bin/bash\necho here\n');
  });
});

describe('rehearsalScript', () => {
  it('posts at an even rate and records each request, each answer and each failure', () => {
    const { config, scenarios } = rehearsalScript({ target: 'http://10.0.0.10', phases: [CLIENT_LOAD] }, '/notes');
    assert.deepEqual(
      config.phases.map(({ arrivalRate }) => arrivalRate),
      [20],
    );
    assert.equal(config.variables['notesFile'], '/notes');
    const { beforeRequest, afterResponse } = scenarios[0]?.flow[0]?.post ?? {};
    assert.deepEqual([beforeRequest, afterResponse, scenarios[0]?.onError], ['noteSent', 'noteAnswer', 'noteError']);
  });
});
