import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arnIn, type Right } from '../../../scripts/rights/account.ts';
import { EVERYTHING_ON, synthesize } from '../synthesize.ts';
import { deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const stage = deployedStage('prod', synthesize('prod', EVERYTHING_ON));
const role = stage.role('RestoreTestingCheckRole');

describe('the role of the check of the restore test', () => {
  it('may list backups and restore jobs, and nothing else', async () => {
    const jobs: Right = { action: 'backup:ListRestoreJobs', resource: '*' };
    assert.deepEqual(await missingRights(stage, role, [jobs]), []);
    assert.deepEqual(grantedActions(role), ['backup:ListRecoveryPointsByBackupVault', 'backup:ListRestoreJobs']);
  });

  it('may neither restore nor delete a backup', async () => {
    const vault = arnIn(PLACE, 'backup', 'backup-vault:any');
    const forbidden = ['StartRestoreJob', 'DeleteRecoveryPoint'].map((name) => ({
      action: `backup:${name}`,
      resource: vault,
    }));
    assert.equal((await missingRights(stage, role, forbidden)).length, 2);
  });
});
