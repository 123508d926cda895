import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { judge } from '../../../../scripts/drills/core/judge.ts';
import { renderPage, writeReport } from '../../../../scripts/drills/core/report/page.ts';
import { hasPassed, type Report, renderTerminal } from '../../../../scripts/drills/core/report/report.ts';
import type { DrillRun, Prediction } from '../../../../scripts/drills/core/run-record.ts';
import { run } from './run-example.ts';

const objectives = { health: { errorRatio: 0.01, p99Ms: 200 }, errorRatio: 0.05, detectS: 5, recoverS: 10 };
const judged = (given: DrillRun, errorRatio = 0.05) => ({
  run: given,
  verdict: judge(given, { ...objectives, errorRatio }),
});
const refused = { check: 'direct SSH is refused', passed: true, measured: 'timed out', expected: 'no connection' };

const report: Report = {
  title: 'Rehearsal of dev',
  createdAt: '2026-11-21T10:05:00Z',
  facts: { commit: '0123abc', machine: '2 <cores>' },
  checks: [refused],
  runs: [judged(run)],
};

const prediction: Prediction = {
  requestsPerInstance: 123.4,
  bootS: 3,
  seconds: run.observations.map(({ second }) => ({
    second,
    demandPerS: 100,
    cpuPercent: 70,
    desired: 5,
    inService: 4,
  })),
  predicted: { peak: 5, outAtS: 34, inAtS: 95 },
  measured: { peak: 4, outAtS: 36 },
};

const predicted: Report = { ...report, runs: [judged({ ...run, prediction, timeFactor: 10 })] };

const failing: Report = { ...report, runs: [judged(run, 0.01)] };

describe('hasPassed', () => {
  it('needs every check to pass, and one at least', () => {
    assert.equal(hasPassed(report), true);
    assert.equal(hasPassed(failing), false);
    assert.equal(hasPassed({ ...report, checks: [{ ...refused, passed: false }] }), false);
    assert.equal(hasPassed({ ...report, checks: [], runs: [] }), false);
  });
});

describe('renderPage', () => {
  const page = renderPage(report);

  it('needs nothing but itself', () => {
    const links = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link);
    assert.deepEqual(links, ['#kill-an-instance']);
    assert.doesNotMatch(page, /https?:|@import|url\(/);
  });

  it('begins with the verdict', () => {
    assert.match(page, /<title>Rehearsal of dev: passed<\/title>/);
    assert.match(renderPage(failing), /<title>Rehearsal of dev: failed<\/title>/);
    assert.match(page, /<td>3 s<\/td><td>5 s<\/td>/);
  });

  it('shows every check, with what was measured and expected', () => {
    for (const { check, measured, expected } of [refused, ...(report.runs[0]?.verdict.checks ?? [])]) {
      const passed = '<span class="passed">✓ yes</span>';
      assert.ok(
        page.includes(`<tr><td>${check}</td><td>${passed}</td><td>${measured}</td><td>${expected}</td></tr>`),
        check,
      );
    }
    assert.match(renderPage(failing), /requests are answered<\/td><td><span class="failed">✗ no<\/span>/);
  });

  it('draws four panels over the same time, and the prediction only where there is one', () => {
    assert.equal(page.match(/<svg /g)?.length, 4);
    assert.doesNotMatch(page, /predicted<\/span>/);
    const withPrediction = renderPage(predicted);
    assert.deepEqual(
      [...withPrediction.matchAll(/<path class="(\w+ predicted)"/g)].map(([, look]) => look),
      ['line predicted', 'line predicted', 'area predicted', 'line predicted'],
    );
    assert.match(withPrediction, /<p>Simulated with the measured load: predicted peak 5 instances, measured 4;/);
    assert.match(withPrediction, /assumes 123 requests\/s of an instance at 100 % CPU, 3 s from launch to service/);
    assert.match(withPrediction, /one second represents 10 s of CloudWatch/);
  });

  it('escapes its texts, and contains all data', () => {
    assert.match(page, /machine 2 &#60;cores&#62;/);
    const [, json = ''] = /<script type="application\/json" id="report">(.*)<\/script>/.exec(page) ?? [];
    assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(report)));
  });
});

describe('renderTerminal', () => {
  it('prints each check in a line, and the sum at the end', () => {
    assert.deepEqual(renderTerminal(report).split('\n'), [
      'stage checks',
      '  ✓  direct SSH is refused  timed out',
      '',
      'kill-an-instance',
      '  ✓  the steady state is healthy             0.00 % errors, p99 20 ms',
      '  ✓  requests are answered                   250 of 6000 failed (4.17 %)',
      '  ✓  the fault is detected                   after 3 s',
      '  ✓  the service recovers                    after 5 s',
      '  ✓  every acknowledged timestamp is stored  5750 of 5750 found',
      '',
      'Rehearsal of dev: passed, 6 of 6 checks passed',
    ]);
  });

  it('sets the prediction beside the measurement, but not as a check', () => {
    const line =
      '  ·  predicted peak 5 instances, measured 4; predicted first scale-out after 34 s, measured after 36 s; ' +
      'predicted first scale-in after 1:35, measured never';
    assert.ok(renderTerminal(predicted).split('\n').includes(line), renderTerminal(predicted));
    assert.match(renderTerminal(predicted), /6 of 6 checks passed$/);
  });

  it('says what a failed check expected', () => {
    const text = renderTerminal(failing);
    assert.match(text, / ✗ {2}requests are answered +250 of 6000 failed \(4.17 %\), expected at most 1.00 %\n/);
    assert.match(text, /Rehearsal of dev: FAILED, 5 of 6 checks passed$/);
  });
});

describe('writeReport', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('writes the page and the JSON, into a folder that need not exist', async () => {
    const files = await writeReport(join(folder, 'deep', 'down'), report);
    assert.equal(await readFile(files.page, 'utf8'), renderPage(report));
    const { passed, title } = JSON.parse(await readFile(files.json, 'utf8'));
    assert.deepEqual([passed, title], [true, report.title]);
  });
});
