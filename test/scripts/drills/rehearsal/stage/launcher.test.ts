import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchOutcomes, userDataFiles } from '../../../../../scripts/drills/rehearsal/stage/launcher.ts';
import type { LaunchHook } from '../../../../../scripts/scaling/template/group.ts';

describe('userDataFiles', () => {
  it('has cloud-init run the user data, and then add the endpoints', () => {
    const files = new Map(userDataFiles('#!/bin/bash\necho here\n').map(({ path, text }) => [path, text]));
    assert.equal(files.get('/var/lib/cloud/seed/nocloud/user-data'), '#!/bin/bash\necho here\n');
    const configuration = files.get('/etc/cloud/cloud.cfg.d/99-no-cloud.cfg') ?? '';
    assert.match(configuration, /^datasource_list: \[NoCloud, None\]$/m);
    const [, endpoints = ''] = /^runcmd: \["cat (\S+) >>\/etc\/stampede\/env"\]$/m.exec(configuration) ?? [];
    assert.match(files.get(endpoints) ?? '', /^AWS_ENDPOINT_URL_DYNAMODB=http/);
  });
});

const hook: LaunchHook = { name: 'ready', groupName: 'the-group', timeoutS: 300, defaultResult: 'ABANDON' };
const action = {
  Action: 'CompleteLifecycleAction',
  LifecycleHookName: 'ready',
  AutoScalingGroupName: 'the-group',
  InstanceId: 'i-1',
  LifecycleActionResult: 'CONTINUE',
  refused: 3,
};

describe('launchOutcomes', () => {
  it('lets an instance wait until it completes its launch', () => {
    const launches = launchOutcomes(hook);
    assert.equal(launches.outcomeOf('i-1', 299), undefined);
    launches.receive(action);
    assert.deepEqual(launches.outcomeOf('i-1', 299), { result: 'CONTINUE', by: 'instance', refused: 3 });
    assert.equal(launches.outcomeOf('i-2', 299), undefined);
  });

  it('abandons the launch of an instance that says ABANDON, whatever it says later', () => {
    const launches = launchOutcomes(hook);
    launches.receive({ ...action, LifecycleActionResult: 'ABANDON' });
    launches.receive(action);
    assert.deepEqual(launches.outcomeOf('i-1', 0), { result: 'ABANDON', by: 'instance', refused: 3 });
  });

  it("takes the hook's default when the instance does not complete its launch in time", () => {
    assert.deepEqual(launchOutcomes(hook).outcomeOf('i-1', 301), { result: 'ABANDON', by: 'timeout' });
    const lenient = launchOutcomes({ ...hook, defaultResult: 'CONTINUE' });
    assert.deepEqual(lenient.outcomeOf('i-1', 301), { result: 'CONTINUE', by: 'timeout' });
  });

  it('ignores actions for another hook or another group', () => {
    const launches = launchOutcomes(hook);
    launches.receive({ ...action, LifecycleHookName: 'other' });
    launches.receive({ ...action, AutoScalingGroupName: 'other' });
    assert.equal(launches.outcomeOf('i-1', 0), undefined);
  });

  it('lets every instance continue when the group has no hook', () => {
    assert.deepEqual(launchOutcomes(undefined).outcomeOf('i-1', 0), { result: 'CONTINUE', by: 'no hook' });
  });
});
