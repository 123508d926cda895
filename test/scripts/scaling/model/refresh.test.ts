import assert, { fail } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LAUNCH_S } from '../../../../ami/contract.ts';
import { evaluateAlarm } from '../../../../scripts/scaling/model/alarm.ts';
import { type LaunchOutcome, simulateRefresh } from '../../../../scripts/scaling/model/refresh.ts';
import { simulate } from '../../../../scripts/scaling/model/simulation.ts';
import { builtInTrace, TRACE_NAMES } from '../../../../scripts/scaling/simulate/traces.ts';
import { servingGroup } from '../../../../scripts/scaling/template/group.ts';
import { readRefresh } from '../../../../scripts/scaling/template/refresh.ts';
import { readScaling } from '../../../../scripts/scaling/template/scaling.ts';
import { StageTemplates } from '../../../../scripts/scaling/template/stage.ts';
import { CERTIFICATE, synthesize } from '../../../infra/synthesize.ts';
import { template } from '../template/stage-example.ts';

/** When the launch of each bad image is abandoned: after a fast or slow boot by the launch hook, or by the heartbeat. */
const BAD_IMAGES = {
  'whose app never becomes healthy after a fast boot': 10 + LAUNCH_S.healthy,
  'whose app never becomes healthy after a slow boot': LAUNCH_S.boot + LAUNCH_S.clock + LAUNCH_S.healthy,
  'that does not boot': LAUNCH_S.heartbeat,
};

/** Every second of the minute in which a refresh could start, in steps of 5. */
const STARTS = Array.from({ length: 12 }, (_, index) => index * 5);

for (const [stage, overrides] of Object.entries({ dev: {}, prod: { certificateArn: CERTIFICATE } })) {
  const synthesized = synthesize(stage, overrides);
  const templates = new StageTemplates(
    Object.entries(synthesized.templates).map(([name, content]) => template(name, content)),
  );
  const group = servingGroup(templates);
  const preferences = readRefresh(templates, group);
  const { bounds } = readScaling(templates, group);

  const refreshes = (outcome: LaunchOutcome, sizes: readonly number[]) =>
    sizes.flatMap((size) =>
      STARTS.map((startsAtSecond) =>
        simulateRefresh({ preferences, size, outcome, drainS: 20, metricDelayS: 60, startsAtSecond }),
      ),
    );

  describe(`the instance refresh of ${stage}`, () => {
    for (const [image, abandonedAfterS] of Object.entries(BAD_IMAGES)) {
      for (const replacedAfterS of [0, 30, 60]) {
        it(`is rolled back within 10 minutes by LaunchesStuck, for an image ${image} and is replaced after ${replacedAfterS} s`, () => {
          for (const result of refreshes({ abandonedAfterS, replacedAfterS }, [bounds.min, bounds.max])) {
            assert.equal(result.status, 'Failed');
            assert.match(result.cause, /^LaunchesStuck/);
            assert.ok(result.endsS <= 600, `rolled back after ${result.endsS} s`);
          }
        });
      }
    }

    for (const inServiceAfterS of [20, 60, 90, 120]) {
      it(`is not rolled back for an image that enters service after ${inServiceAfterS} s`, () => {
        for (const result of refreshes({ inServiceAfterS }, [bounds.min, bounds.max])) {
          assert.equal(result.status, 'Successful');
        }
      });
    }
  });

  describe(`the alarm LaunchesStuck of ${stage}`, () => {
    const alarm = preferences.alarms.find(({ name }) => name.startsWith('LaunchesStuck')) ?? fail('there is none');
    const settings = readScaling(templates, group);
    const requestsPerInstance = 4_000;
    const scale = { base: 0.3 * bounds.min * requestsPerInstance, peak: 1.1 * bounds.max * requestsPerInstance };

    for (const name of TRACE_NAMES) {
      it(`is not raised while the fleet scales on the trace ${name}`, () => {
        const times = { bootS: 60, drainS: 20, detectS: 20 };
        const trace = builtInTrace(name, scale);
        const { seconds } = simulate({ settings, times, requestsPerInstance, metricDelayS: 60, trace });
        const pending = seconds.filter(({ second }) => second % 60 === 0).map((second) => second.pending);
        assert.ok(pending.some((instances) => instances > 0));
        const states = pending.map((_, minute) => evaluateAlarm(alarm, pending.slice(0, minute + 1), 'OK'));
        assert.ok(!states.includes('ALARM'));
      });
    }
  });
}

describe('simulateRefresh', () => {
  const preferences = { minHealthyPercent: 100, maxHealthyPercent: 150, warmupS: 90, bakeTimeS: 300, alarms: [] };
  const scenario = { preferences, size: 3, drainS: 20, metricDelayS: 60 };

  it('fails after an hour without a replaced instance when no alarm is raised', () => {
    assert.deepEqual(simulateRefresh({ ...scenario, outcome: { abandonedAfterS: 210, replacedAfterS: 30 } }), {
      status: 'Failed',
      endsS: 3_600,
      cause: 'no instance was replaced for an hour',
    });
  });

  it('replaces one instance after the other, waits for each warm-up, and then for the bake time', () => {
    // Three times boot, warm-up and, but for the last, draining.
    const endsS = 3 * (60 + 90) + 3 * 20 + 300;
    assert.deepEqual(simulateRefresh({ ...scenario, outcome: { inServiceAfterS: 60 } }), {
      status: 'Successful',
      endsS,
      cause: 'every instance was replaced',
    });
  });

  it('replaces several instances at once in a larger fleet', () => {
    const result = simulateRefresh({ ...scenario, size: 8, outcome: { inServiceAfterS: 60 } });
    assert.equal(result.endsS, 2 * (60 + 90 + 20) + 300);
  });

  it('is failed by an alarm on instances that are missing, but a refresh misses none', () => {
    const alarm = {
      name: 'TooFew',
      metric: 'AWS/AutoScaling GroupInServiceInstances',
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 3,
      comparison: 'LessThanThreshold',
      treatMissingData: 'breaching',
    } as const;
    const outcome = { abandonedAfterS: 210, replacedAfterS: 30 };
    const watched = { ...preferences, alarms: [alarm] };
    assert.equal(simulateRefresh({ ...scenario, preferences: watched, outcome }).endsS, 3_600);
    const four = { ...preferences, alarms: [{ ...alarm, threshold: 4 }] };
    assert.deepEqual(simulateRefresh({ ...scenario, preferences: four, outcome }), {
      status: 'Failed',
      endsS: 0,
      cause: 'TooFew',
    });
  });
});
