import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkRights } from '../../../../scripts/drills/rehearsal/rights-checks.ts';

const put = { instance: 'i-1', action: 'dynamodb:PutItem', resource: 'the-table', allowed: true };
const metrics = { instance: 'i-1', action: 'cloudwatch:PutMetricData', resource: '*', allowed: true };

async function verdicts(needed: readonly (typeof put)[]) {
  const checks = await checkRights({ rightsNeeded: async () => [...needed] }, 1);
  return checks.map(({ passed, measured }) => [passed, measured]);
}

describe('the checks of rights', () => {
  it('pass if no request was refused and metrics arrived', async () => {
    assert.deepEqual(await verdicts([put, metrics]), [
      [true, '2 actions, none refused'],
      [true, 'from 1 instances'],
    ]);
  });

  it('name what was refused', async () => {
    const [first] = await verdicts([{ ...put, allowed: false }, metrics]);
    assert.deepEqual(first, [false, 'refused: dynamodb:PutItem on the-table']);
  });

  it('fail without metrics, also if they were refused', async () => {
    assert.deepEqual((await verdicts([put]))[1], [false, 'from 0 instances']);
    assert.deepEqual((await verdicts([put, { ...metrics, allowed: false }]))[1], [false, 'from 0 instances']);
  });

  it('fail if no request was seen', async () => {
    assert.deepEqual((await verdicts([]))[0], [false, '0 actions, none refused']);
  });
});
