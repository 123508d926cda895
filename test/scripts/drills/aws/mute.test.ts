import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alarm } from '../../../../scripts/aws/cloudwatch.ts';
import { planMute } from '../../../../scripts/drills/aws/mute.ts';
import { startFakeAws } from '../../aws/fake-aws.ts';
import { muteRulesOnAws } from '../../aws/mute-rules-on-aws.ts';

const NOW = new Date('2126-11-27T12:00:20Z');

function alarm(name: string, action?: string): Alarm {
  return { name, state: 'OK', reason: '', since: NOW, actions: action === undefined ? [] : [action] };
}

const PEOPLE = 'arn:aws:sns:eu-west-1:111122223333:pages';
const POLICY = 'arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1f:autoScalingGroupName/g:policyName/Out';

describe('the mute rules of a drill', () => {
  it('leave out the alarms that scale the fleet, because muting stops all actions', async (t) => {
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws() });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const alarms = [alarm('Slow', PEOPLE), alarm('ScaleOut', POLICY), alarm('Cause')];
    await planMute({ stage: 'dev', alarms, durationS: 900, now: NOW }).begin();
    assert.deepEqual(
      aws.requests.map(({ params }) => params['MuteTargets']),
      [{ AlarmNames: ['Slow'] }],
    );
  });

  it('begin at the next minute, and end by themselves a quarter of an hour after the drill', async (t) => {
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws() });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const mute = planMute({ stage: 'dev', alarms: [alarm('Slow', PEOPLE)], durationS: 900, now: NOW });
    await mute.begin();
    const params = aws.requests[0]?.params ?? {};
    assert.deepEqual(params['Rule'], { Schedule: { Expression: 'at(2126-11-27T12:01)', Duration: 'PT30M' } });
    assert.equal(params['ExpireDate'], Date.parse('2126-11-27T12:31:00Z') / 1_000);
    assert.equal(mute.intent, '1 alarms, until 2126-11-27T12:31:00.000Z at the latest');
  });

  it('are several if there are more alarms than one rule can mute, and all of them are deleted', async (t) => {
    const DeleteAlarmMuteRule = { body: {} };
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws(), DeleteAlarmMuteRule });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const alarms = Array.from({ length: 101 }, (_, n) => alarm(`Alarm${n}`, PEOPLE));
    const mute = planMute({ stage: 'dev', alarms, durationS: 60, now: NOW });
    await mute.begin();
    await mute.end();
    const names = aws.requests.map(({ operation, params }) => [
      operation,
      params['Name'] ?? params['AlarmMuteRuleName'],
    ]);
    assert.deepEqual(names.slice(0, 2), [
      ['PutAlarmMuteRule', 'stampede-dev-drill-1'],
      ['PutAlarmMuteRule', 'stampede-dev-drill-2'],
    ]);
    assert.deepEqual(names.slice(2).toSorted(), [
      ['DeleteAlarmMuteRule', 'stampede-dev-drill-1'],
      ['DeleteAlarmMuteRule', 'stampede-dev-drill-2'],
    ]);
  });

  it('are not waited for because of an alarm that was raised before the drill', async () => {
    const raised = { ...alarm('Slow', PEOPLE), state: 'ALARM' };
    const mute = planMute({ stage: 'dev', alarms: [raised], durationS: 60, now: NOW });
    await mute.cleared(async () => [raised]);
  });
});
