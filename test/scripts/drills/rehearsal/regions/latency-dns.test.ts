import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  answerOf,
  CachingResolver,
  HealthChecks,
} from '../../../../../scripts/drills/rehearsal/regions/latency-dns.ts';

const NEAREST = ['eu-west-1', 'eu-central-1'];

describe('latency records with health checks', () => {
  it('answer with the nearest healthy region', () => {
    assert.equal(
      answerOf(NEAREST, () => true),
      'eu-west-1',
    );
    assert.equal(
      answerOf(NEAREST, (region) => region !== 'eu-west-1'),
      'eu-central-1',
    );
  });

  it('answer as if all were healthy when none is, as Route 53 does', () => {
    assert.equal(
      answerOf(NEAREST, () => false),
      'eu-west-1',
    );
  });

  it('change the state of a region after three equal results in a row', () => {
    const checks = new HealthChecks(3);
    const states = [false, false, true, false, false, false, true, true, true].map((passed) =>
      checks.report('eu-west-1', passed),
    );
    const none = undefined;
    assert.deepEqual(states, [none, none, none, none, none, 'unhealthy', none, none, 'healthy']);
  });

  it('do not count the checks of one region for another', () => {
    const checks = new HealthChecks(2);
    checks.report('eu-west-1', false);
    checks.report('eu-central-1', false);
    assert.ok(checks.isHealthy('eu-west-1') && checks.isHealthy('eu-central-1'));
  });
});

describe('the resolver of a client', () => {
  it('keeps an answer for its time to live, also when it has become wrong', () => {
    const answers = ['eu-west-1', 'eu-central-1'];
    const resolver = new CachingResolver(() => answers.shift() ?? '', 3_000);
    assert.deepEqual(
      [0, 2_999, 3_000].map((nowMs) => resolver.resolve(nowMs)),
      ['eu-west-1', 'eu-west-1', 'eu-central-1'],
    );
  });
});
