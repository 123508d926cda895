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
    await planMute({ stage: 'dev', alarms, durationS: 900 }).begin(NOW);
    assert.deepEqual(
      aws.requests.map(({ params }) => params['MuteTargets']),
      [{ AlarmNames: ['Slow'] }],
    );
  });

  it('begin at the next minute, and end by themselves a quarter of an hour after the drill', async (t) => {
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws() });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const mute = planMute({ stage: 'dev', alarms: [alarm('Slow', PEOPLE)], durationS: 900 });
    await mute.begin(NOW);
    const params = aws.requests[0]?.params ?? {};
    assert.deepEqual(params['Rule'], { Schedule: { Expression: 'at(2126-11-27T12:01)', Duration: 'PT30M' } });
    assert.equal(params['ExpireDate'], Date.parse('2126-11-27T12:31:00Z') / 1_000);
    assert.equal(mute.intent, '1 alarms, for 30 minutes at most');
  });

  it('are several if there are more alarms than one rule can mute, and all of them are deleted', async (t) => {
    const DeleteAlarmMuteRule = { body: {} };
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws(), DeleteAlarmMuteRule });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const alarms = Array.from({ length: 101 }, (_, n) => alarm(`Alarm${n}`, PEOPLE));
    const mute = planMute({ stage: 'dev', alarms, durationS: 60 });
    await mute.begin(NOW);
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

  it('end although it cannot be read whether the alarms have cleared', async (t) => {
    await using aws = await startFakeAws({ PutAlarmMuteRule: muteRulesOnAws(), DeleteAlarmMuteRule: { body: {} } });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const mute = planMute({ stage: 'dev', alarms: [alarm('Slow', PEOPLE)], durationS: 60 });
    await mute.begin(NOW);
    const unreadable = async () => {
      throw new Error('the token has expired');
    };
    await assert.rejects(mute.endOnceClear(unreadable), /the token has expired/);
    assert.equal(aws.requests.at(-1)?.operation, 'DeleteAlarmMuteRule');
  });

  it('are not waited for because of an alarm that was raised before the drill', async (t) => {
    await using aws = await startFakeAws({ DeleteAlarmMuteRule: { body: {} } });
    t.mock.property(process, 'env', { ...process.env, ...aws.env });
    const raised = { ...alarm('Slow', PEOPLE), state: 'ALARM' };
    const mute = planMute({ stage: 'dev', alarms: [raised], durationS: 60 });
    await mute.endOnceClear(async () => [raised]);
    assert.equal(aws.requests.length, 1);
  });
});
