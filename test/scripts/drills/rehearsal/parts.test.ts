import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { artilleryScript } from '../../../../scripts/drills/rehearsal/clients.ts';
import { addressIn } from '../../../../scripts/drills/rehearsal/stage/addresses.ts';
import { userDataFiles } from '../../../../scripts/drills/rehearsal/stage/instance-files.ts';
import { targetStates } from '../../../../scripts/drills/rehearsal/stage/load-balancer.ts';
import { METADATA_PATHS, metadataOf } from '../../../../scripts/drills/rehearsal/stage/metadata.ts';

describe('addressIn', () => {
  it('counts within a network, across bytes', () => {
    assert.equal(addressIn('10.20.16.0/20', 10), '10.20.16.10');
    assert.equal(addressIn('10.20.16.0/20', 300), '10.20.17.44');
  });

  it('refuses to leave the network', () => {
    assert.throws(() => addressIn('10.20.0.0/24', 256), /10\.20\.0\.0\/24 has no address number 256/);
  });
});

describe('targetStates', () => {
  it('reads which targets pass their checks, and leaves out what is no target', () => {
    const row = (proxy: string, name: string, state: string) => [proxy, name, ...Array(15).fill(''), state].join(',');
    const stat = [
      row('listener', 'FRONTEND', 'OPEN'),
      row('app', 'i-1', 'UP 1/2'),
      row('app', 'i-2', 'DOWN'),
      row('app', 'i-3', 'DRAIN'),
      row('app', 'BACKEND', 'UP'),
    ];
    assert.deepEqual(
      [...targetStates(stat.join('\n'))],
      [
        ['i-1', true],
        ['i-2', false],
        ['i-3', false],
      ],
    );
  });
});

describe('metadataOf', () => {
  const metadata = metadataOf({ id: 'i-0abc', address: '10.0.1.5', zone: 'eu-west-1b' }, new Date(0));

  it('tells an instance who and where it is', () => {
    assert.equal(metadata['/latest/meta-data/instance-id'], 'i-0abc');
    assert.equal(metadata['/latest/meta-data/placement/region'], 'eu-west-1');
  });

  it('gives credentials that can be told apart by instance, and expire', () => {
    const { AccessKeyId, Expiration } = JSON.parse(metadata[METADATA_PATHS.credentials] ?? '');
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

describe('artilleryScript', () => {
  it('posts at the asked rate and notes each request, each answer and each failure', () => {
    const { config, scenarios } = artilleryScript('http://10.0.0.10', 40, '/notes');
    assert.deepEqual(
      config.phases.map(({ arrivalRate }) => arrivalRate),
      [40],
    );
    assert.equal(config.variables.notesFile, '/notes');
    const { beforeRequest, afterResponse } = scenarios[0]?.flow[0]?.post ?? {};
    assert.deepEqual([beforeRequest, afterResponse, scenarios[0]?.onError], ['noteSent', 'noteAnswer', 'noteError']);
  });
});
