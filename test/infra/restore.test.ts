import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stageDataOf } from '../../scripts/restore/stage-data.ts';
import { EVERYTHING_ON, synthesize } from './synthesize.ts';

const prod = synthesize('prod', EVERYTHING_ON);

/** The resources of the data stack, as CloudFormation lists them after a deployment. */
const resources = Object.entries(prod.data.Resources).map(([logicalId, { Type: type }]) => {
  return { logicalId, type, physicalId: `physical-${logicalId}`, status: 'CREATE_COMPLETE' };
});

describe('npm run restore', () => {
  const stackId = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/stampede-prod-data/1';
  const data = stageDataOf({ id: stackId, text: JSON.stringify(prod.data), resources });

  it('finds key, vault and role in the data stack', () => {
    const { keyArn, vault, restoreRoleArn } = data;
    assert.equal(keyArn, 'arn:aws:kms:eu-west-1:111122223333:key/physical-DataKey17AFBB84');
    assert.equal(vault, 'physical-BackupsVault1F11AFCC');
    assert.match(restoreRoleArn ?? '', /^arn:aws:iam::111122223333:role\/physical-RestoreTestingRole[0-9A-F]{8}$/);
  });

  it('reads every setting that a restored table needs from the template, and the number of its regions', () => {
    const { tags, maxWriteUnits, warmWriteUnits, ...rest } = data.settings;
    assert.deepEqual(rest, {
      recoveryDays: 35,
      timeToLive: 'expires',
      contributorInsights: true,
      maxReadUnits: prod.settings.maxReadUnitsPerSecond,
      deletionProtection: true,
    });
    assert.ok((maxWriteUnits ?? 0) > 4_000 && (warmWriteUnits ?? 0) > 4_000);
    assert.equal(tags['Stage'], 'prod');
    assert.equal(data.regions, 2);
  });
});
