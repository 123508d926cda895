import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bootTestRequest, readVerdict } from '../../../scripts/image/boot-test.ts';

const PLACE = {
  stage: 'dev',
  launchTemplateId: 'lt-1',
  subnetId: 'subnet-1',
  tableName: 'the-table',
  region: 'eu-west-1',
};

describe('a boot test', () => {
  const request = bootTestRequest('ami-1', PLACE);
  const userData = Buffer.from(request.UserData, 'base64').toString();

  it('launches the image as the stage would, outside its group', () => {
    assert.deepEqual(
      { image: request.ImageId, template: request.LaunchTemplate.LaunchTemplateId, subnet: request.SubnetId },
      { image: 'ami-1', template: 'lt-1', subnet: 'subnet-1' },
    );
    assert.doesNotMatch(userData, /LAUNCH_HOOK_NAME|AUTO_SCALING_GROUP_NAME/);
  });

  it('ends its instance even if the operator’s machine is lost', () => {
    assert.equal(request.InstanceInitiatedShutdownBehavior, 'terminate');
    assert.match(userData, /systemctl poweroff/);
  });

  it('does not make user data wait for the service, which waits for user data', () => {
    assert.match(userData, /^systemd-run .* \/run\/boot-test$/m);
  });

  it('has no verdict before the console shows it', () => assert.equal(readVerdict('booting ...', 'i-1'), undefined));

  it('passes when the console says so', () => {
    assert.equal(readVerdict('...\nstampede boot test: passed\n', 'i-1'), 'passed');
  });

  it('fails with the failed checks of the spec', () => {
    const console = '✖ has no failed unit\nstampede boot test: failed\n';
    assert.throws(() => readVerdict(console, 'i-1'), /boot test on i-1 failed: ✖ has no failed unit/);
  });
});
