import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../../scripts/bench/goals.ts';
import { page } from '../../../scripts/bench/report/page.ts';
import { ratioOf, samplesOf } from '../../../scripts/bench/results.ts';
import { measuredOf } from '../../../scripts/cost/measured.ts';
import { RESULTS, sample } from './results-example.ts';

describe('ratioOf', () => {
  it('compares round by round, so that a slow moment of the machine falls on both', () => {
    const ratio = ratioOf([sample(300), sample(900)], [sample(20), sample(60)], 'cpuMicrosPerRequest');
    assert.deepEqual(ratio, { median: 15, min: 15, max: 15 });
  });
});

describe('samplesOf', () => {
  it('says what was not measured', () => {
    assert.throws(() => samplesOf([], 'stampede', 'dynalite', 7), /stampede on dynalite with 7 connections/);
  });
});

describe('the goals', () => {
  it('are judged by the medians', () => {
    assert.deepEqual(
      judge(RESULTS).map(({ measured, met }) => [Number(measured.median.toFixed(2)), met]),
      [
        [15.5, true],
        [2.5, false],
        [0.5, true],
        [12, true],
        [14, false],
        [0.5, true],
        [0.5, true],
        [5, true],
      ],
    );
  });
});

describe('the page', () => {
  it('is self-contained and shows text as text', () => {
    const html = page(RESULTS);
    assert.match(html, /A &lt;fast&gt; processor/);
    assert.match(html, /Not measured: dynamodb-local, because it needs Java/);
    assert.doesNotMatch(html, /<(script|link|img)|https?:/);
    assert.doesNotMatch(html, /NaN|undefined/);
  });
});

describe('what the bill takes from the results', () => {
  it('is capacity per vCPU and the write units over the load', () => {
    const { ratePerVcpu, points, itemBytes } = measuredOf(RESULTS);
    assert.deepEqual(ratePerVcpu, { stampede: 50_000, itemPerRequest: 1e6 / 300 });
    assert.deepEqual(
      points.map(({ timestampsPerWriteUnit }) => timestampsPerWriteUnit),
      [1, 12, 14],
    );
    assert.equal(itemBytes, 180);
  });
});
