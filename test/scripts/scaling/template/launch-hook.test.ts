import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLaunchHook, servingGroup } from '../../../../scripts/scaling/template/group.ts';
import { exampleStage, service } from './stage-example.ts';

const launching = { LifecycleHookName: 'ready', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' };
const ending = { LifecycleHookName: 'bye', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };

function hookOf(hooks: object[]) {
  const { Fleet } = service.Resources;
  const properties = { ...Fleet.Properties, AutoScalingGroupName: 'app', LifecycleHookSpecificationList: hooks };
  return readLaunchHook(servingGroup(exampleStage({ Fleet: { ...Fleet, Properties: properties } })));
}

describe('readLaunchHook', () => {
  it('reads the hook for which launching instances wait', () => {
    const hook = { ...launching, HeartbeatTimeout: 300, DefaultResult: 'CONTINUE' };
    assert.deepEqual(hookOf([ending, hook]), {
      name: 'ready',
      groupName: 'app',
      timeoutS: 300,
      defaultResult: 'CONTINUE',
    });
  });

  it('knows the defaults of AWS', () => {
    const { timeoutS, defaultResult } = hookOf([launching]) ?? {};
    assert.deepEqual([timeoutS, defaultResult], [3_600, 'ABANDON']);
  });

  it('finds none in a group without one', () => {
    assert.equal(hookOf([ending]), undefined);
  });

  it('refuses several, whose order is not defined', () => {
    assert.throws(() => hookOf([launching, { ...launching, LifecycleHookName: 'too' }]), /has 2 launching hooks/);
  });
});
