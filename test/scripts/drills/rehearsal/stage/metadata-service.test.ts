import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CREDENTIALS_PATH, metadataOf } from '../../../../../scripts/drills/rehearsal/stage/metadata-service.ts';

describe('metadataOf', () => {
  const metadata = metadataOf('i-0abc', '10.0.1.5', 'eu-west-1b', new Date(0));

  it('has the id and the region of an instance', () => {
    assert.equal(metadata['/latest/meta-data/instance-id'], 'i-0abc');
    assert.equal(metadata['/latest/meta-data/placement/region'], 'eu-west-1');
  });

  it('has credentials that differ by instance and expire', () => {
    const { AccessKeyId, Expiration } = JSON.parse(metadata[CREDENTIALS_PATH] ?? '');
    assert.deepEqual([AccessKeyId, Expiration], ['ASIA0ABC', '1970-01-01T06:00:00.000Z']);
  });
});
