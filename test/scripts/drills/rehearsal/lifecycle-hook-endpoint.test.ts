import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LaunchDesk } from '../../../../scripts/drills/rehearsal/stage/lifecycle-hook-endpoint.ts';
import type { LaunchHook } from '../../../../scripts/scaling/template/group.ts';

const hook: LaunchHook = { name: 'ready', groupName: 'the-group', timeoutS: 300, defaultResult: 'ABANDON' };
const action = {
  Action: 'CompleteLifecycleAction',
  LifecycleHookName: 'ready',
  AutoScalingGroupName: 'the-group',
  InstanceId: 'i-1',
  LifecycleActionResult: 'CONTINUE',
};

describe('LaunchDesk', () => {
  it('has an instance wait until it completes its launch', () => {
    const desk = new LaunchDesk(hook);
    assert.equal(desk.outcomeOf('i-1', 299), undefined);
    desk.hear(action);
    assert.deepEqual(desk.outcomeOf('i-1', 299), { result: 'CONTINUE', by: 'instance' });
    assert.equal(desk.outcomeOf('i-2', 299), undefined);
  });

  it('ends an instance that says ABANDON, whatever it says later', () => {
    const desk = new LaunchDesk(hook);
    desk.hear({ ...action, LifecycleActionResult: 'ABANDON' });
    desk.hear(action);
    assert.deepEqual(desk.outcomeOf('i-1', 0), { result: 'ABANDON', by: 'instance' });
  });

  it("takes the hook's default when nobody completed the launch in time", () => {
    assert.deepEqual(new LaunchDesk(hook).outcomeOf('i-1', 301), { result: 'ABANDON', by: 'timeout' });
    const lenient = new LaunchDesk({ ...hook, defaultResult: 'CONTINUE' });
    assert.deepEqual(lenient.outcomeOf('i-1', 301), { result: 'CONTINUE', by: 'timeout' });
  });

  it('does not listen to actions for another hook or another group', () => {
    const desk = new LaunchDesk(hook);
    desk.hear({ ...action, LifecycleHookName: 'other' });
    desk.hear({ ...action, AutoScalingGroupName: 'other' });
    assert.equal(desk.outcomeOf('i-1', 0), undefined);
  });

  it('lets everybody pass when the group has no hook', () => {
    assert.deepEqual(new LaunchDesk(undefined).outcomeOf('i-1', 0), { result: 'CONTINUE', by: 'no hook' });
  });
});
