import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { judge } from '../../../scripts/bench/goals.ts';
import { page, readme, readResults, writeReport } from '../../../scripts/bench/report.ts';
import { cellOf, ratioOf } from '../../../scripts/bench/results.ts';
import { measuredOf, measuredWindows } from '../../../scripts/cost/measured.ts';
import { costPage } from '../../../scripts/cost/page.ts';
import { MEASUREMENTS, RESULTS, sample } from './results-example.ts';

describe('ratioOf', () => {
  it('compares round by round, so that a slow moment of the machine affects both', () => {
    const ratio = ratioOf([sample(300), sample(900)], [sample(20), sample(60)], 'cpuMicrosPerRequest');
    assert.deepEqual(ratio, { median: 15, min: 15, max: 15 });
  });
});

describe('cellOf', () => {
  it('names what was not measured', () => {
    assert.throws(() => cellOf([], 'stampede', 'dynalite', 7), /stampede on dynalite with 7 connections/);
  });
});

describe('the goals', () => {
  it('are judged by the medians', () => {
    assert.deepEqual(
      judge(MEASUREMENTS).map(({ measured, met }) => [Number(measured.median.toFixed(2)), met]),
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
    assert.match(html, /A &#60;fast&#62; processor/);
    assert.match(html, /Not measured: dynamodb-local, because it needs Java/);
    assert.doesNotMatch(html, /<(script|link|img)|https?:/);
    assert.doesNotMatch(html, /NaN|undefined/);
  });
});

describe('the published pages', () => {
  const folder = join(import.meta.dirname, '../../../docs/benchmarks');
  const published = (file: string) => readFileSync(join(folder, file), 'utf8');

  it('show what results.json contains', async () => {
    const results = await readResults(join(folder, 'results.json'));
    assert.equal(published('index.html'), page(results), 'run npm run bench -- --pages');
    assert.equal(published('README.md'), readme(results), 'run npm run bench -- --pages');
  });
});

describe('results.json', () => {
  it('contains the results with four digits, and is checked when it is read', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'stampede-bench-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'results.json');
    await writeReport({ rounds: MEASUREMENTS, results: RESULTS }, folder, join(folder, 'rounds.json'));
    const { parts, goals } = await readResults(file);
    assert.deepEqual(parts, RESULTS.parts);
    assert.equal(goals[0]?.measured.median, 15.5);
    assert.deepEqual(JSON.parse(await readFile(join(folder, 'rounds.json'), 'utf8')), MEASUREMENTS);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"median"', '"middle"'));
    await assert.rejects(readResults(file), {
      name: 'OperatorError',
      message: /results\.json is not as expected.*median/s,
    });
    await assert.rejects(readResults(join(folder, 'none')), /run npm run bench first/);
  });
});

describe('a figure that is no number', () => {
  it('is null in results.json and - on the page', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'stampede-bench-'));
    t.after(() => rm(folder, { recursive: true }));
    const [goal] = RESULTS.goals;
    assert.ok(goal);
    const results = { ...RESULTS, goals: [{ ...goal, measured: { median: Infinity, min: NaN, max: Infinity } }] };
    await writeReport({ rounds: MEASUREMENTS, results }, folder, join(folder, 'rounds.json'));
    assert.match(await readFile(join(folder, 'README.md'), 'utf8'), /\| - \(-–-\) × \|/);
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

  it('give the bill the write units of a commit window, or say that it was not measured', () => {
    const { points, ratePerVcpu } = measuredOf(RESULTS, '50');
    assert.deepEqual(points, [{ ratePerProcess: 1_000, timestampsPerWriteUnit: 17, bytesPerTimestamp: 70 }]);
    assert.deepEqual(ratePerVcpu, measuredOf(RESULTS).ratePerVcpu);
    assert.throws(() => measuredOf(RESULTS, '25'), /no commit window of 25 ms: run npm run bench/);
  });

  it('give the page of the costs a curve for each commit window that was measured', () => {
    const windows = measuredWindows(RESULTS);
    assert.deepEqual(
      windows.map(({ commitWindow }) => commitWindow),
      ['0', '50'],
    );
    const choice = { region: 'eu-west-1', instanceType: 'c7g.medium', vcpus: 1, zones: 3, natGateways: 1 };
    const page = costPage(measuredOf(RESULTS), windows, choice);
    assert.match(page, /with each commit window.*no window.*50 ms/s);
    assert.doesNotMatch(costPage(measuredOf(RESULTS), windows.slice(0, 1), choice), /commit window/);
  });
});
