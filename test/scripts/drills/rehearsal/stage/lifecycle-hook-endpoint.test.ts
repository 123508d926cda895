import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LifecycleHookEndpoint } from '../../../../../scripts/drills/rehearsal/stage/lifecycle-hook-endpoint.ts';
import type { LaunchHook } from '../../../../../scripts/scaling/template/group.ts';

const hook: LaunchHook = { name: 'ready', groupName: 'the-group', timeoutS: 300, defaultResult: 'ABANDON' };
const action = {
  Action: 'CompleteLifecycleAction',
  LifecycleHookName: 'ready',
  AutoScalingGroupName: 'the-group',
  InstanceId: 'i-1',
  LifecycleActionResult: 'CONTINUE',
};

describe('LifecycleHookEndpoint', () => {
  it('lets an instance wait until it completes its launch', () => {
    const endpoint = new LifecycleHookEndpoint(hook);
    assert.equal(endpoint.outcomeOf('i-1', 299), undefined);
    endpoint.receive(action);
    assert.deepEqual(endpoint.outcomeOf('i-1', 299), { result: 'CONTINUE', by: 'instance' });
    assert.equal(endpoint.outcomeOf('i-2', 299), undefined);
  });

  it('abandons the launch of an instance that says ABANDON, whatever it says later', () => {
    const endpoint = new LifecycleHookEndpoint(hook);
    endpoint.receive({ ...action, LifecycleActionResult: 'ABANDON' });
    endpoint.receive(action);
    assert.deepEqual(endpoint.outcomeOf('i-1', 0), { result: 'ABANDON', by: 'instance' });
  });

  it("takes the hook's default when the instance does not complete its launch in time", () => {
    assert.deepEqual(new LifecycleHookEndpoint(hook).outcomeOf('i-1', 301), { result: 'ABANDON', by: 'timeout' });
    const lenient = new LifecycleHookEndpoint({ ...hook, defaultResult: 'CONTINUE' });
    assert.deepEqual(lenient.outcomeOf('i-1', 301), { result: 'CONTINUE', by: 'timeout' });
  });

  it('ignores actions for another hook or another group', () => {
    const endpoint = new LifecycleHookEndpoint(hook);
    endpoint.receive({ ...action, LifecycleHookName: 'other' });
    endpoint.receive({ ...action, AutoScalingGroupName: 'other' });
    assert.equal(endpoint.outcomeOf('i-1', 0), undefined);
  });

  it('lets every instance continue when the group has no hook', () => {
    assert.deepEqual(new LifecycleHookEndpoint(undefined).outcomeOf('i-1', 0), { result: 'CONTINUE', by: 'no hook' });
  });
});
