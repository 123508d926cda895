import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSettings } from '../../../infra/settings/read.ts';
import { PROD_WINDOW_MS } from '../../../scripts/bench/commit-windows.ts';
import { withBlock } from '../../../scripts/bench/generated-block.ts';
import { judge } from '../../../scripts/bench/goals.ts';
import { headlineText, page, readme, readResults, writeReport } from '../../../scripts/bench/report.ts';
import { cellOf, ratioOf } from '../../../scripts/bench/results.ts';
import { number } from '../../../scripts/bench/tables.ts';
import { pricesOf } from '../../../scripts/cli/prices.ts';
import { measuredOf, measuredWindows } from '../../../scripts/cost/measured.ts';
import { CERTIFICATE } from '../../infra/synthesize.ts';
import { MEASUREMENTS, RESULTS, sample } from './results-example.ts';

describe('ratioOf', () => {
  it('compares round by round, so that a slow moment of the machine affects both', () => {
    const ratio = ratioOf([sample(300), sample(900)], [sample(20), sample(60)], 'cpuMicrosPerRequest');
    assert.deepEqual(ratio, { median: 15, min: 15, max: 15 });
  });
});

describe('cellOf', () => {
  it('names what was not measured', () => {
    assert.throws(() => cellOf([], 'stampede', 'dynalite', { connections: 7 }), /stampede on dynalite connections 7/);
  });
});

describe('the goals', () => {
  it('are judged by the medians', () => {
    assert.deepEqual(
      judge(MEASUREMENTS).map(({ measured, target, met }) => [Number(measured.median.toFixed(2)), target, met]),
      [
        [25, '≥ 20 ×', true],
        [15.5, '≥ 25 ×', false],
        [2.5, '≤ 1.5 ×', false],
        [0.83, '≤ 1.1 ×', true],
        [0.5, '≤ 1.1 ×', true],
        [12, '≥ 15', false],
        [17, '≥ 15', true],
        [0.5, '< 1 ×', true],
        [0.8, '≥ 0.9 ×', false],
        [200, '≤ 250 ms', true],
        [60, '≤ 50 ms', false],
        [10, '< 10 %', false],
        [900, '< 1000 ms', true],
        [9_000, '≤ 8000 ms', false],
        [20, '≤ 30 ms', true],
        [0.5, '≤ 0.6 ×', true],
        [5, '< 10 %', true],
      ],
    );
  });

  it('have none about refusals where nothing was refused', () => {
    const calm = MEASUREMENTS['overload']?.cells.slice(0, 2) ?? [];
    const titles = judge({ ...MEASUREMENTS, overload: { title: 'overload', cells: calm } }).map(({ title }) => title);
    assert.deepEqual(
      titles.filter((title) => title.includes('refus')),
      [],
    );
    assert.ok(titles.includes('requests/s at 200 clients, against those of the peak'));
  });
});

describe('the window of the headline', () => {
  it('is that of prod', () => {
    assert.equal(
      PROD_WINDOW_MS,
      readSettings('prod', (name) => ({ certificateArn: CERTIFICATE })[name]).commitWindowMs,
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

describe('the commit windows on the page', () => {
  it('are drawn by write units, and have the price of the write units of a million timestamps', () => {
    const html = page(RESULTS);
    const [, plot = ''] = html.split('Timestamps per write unit, by commit window');
    assert.match(plot, /^<\/h2>\n<p>tls-4ms, 256 connections, 333 requests\/s offered/);
    const { millionWriteUnits } = pricesOf('eu-west-1').dynamodb;
    assert.ok(html.includes(`<td>17</td><td>${number(millionWriteUnits / 17)}</td>`));
  });
});

describe('the headline of the README', () => {
  it('quotes the results', () => {
    assert.match(
      headlineText(RESULTS),
      /\b25 times as many requests per CPU-second[\s\S]* 12 timestamps per write unit/,
    );
  });

  it('has no figures while none were measured', () => {
    assert.doesNotMatch(headlineText({ ...RESULTS, goals: [] }), /\d/);
  });
});

describe('the published pages', () => {
  const folder = join(import.meta.dirname, '../../../docs/benchmarks');
  const published = (file: string) => readFileSync(join(folder, file), 'utf8');

  it('show what results.json contains', async () => {
    const results = await readResults(join(folder, 'results.json'));
    assert.equal(published('index.html'), page(results), 'run npm run bench -- --pages');
    assert.equal(published('README.md'), readme(results), 'run npm run bench -- --pages');
    const front = readFileSync('README.md', 'utf8');
    assert.equal(front, withBlock(front, 'bench', headlineText(results)), 'run npm run bench -- --pages');
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
    assert.equal(goals[0]?.measured.median, 25);
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
  it('is capacity per vCPU and the write units over the load, with the window of prod', () => {
    const { commitWindow, ratePerVcpu, points, itemBytes } = measuredOf(RESULTS);
    assert.equal(commitWindow, 50);
    assert.deepEqual(ratePerVcpu, { stampede: 50_000, itemPerRequest: 2_000 });
    assert.deepEqual(points, [{ ratePerProcess: 1_000, timestampsPerWriteUnit: 17, bytesPerTimestamp: 70 }]);
    assert.equal(itemBytes, 180);
  });

  it('are the write units of another window, or the reason why there are none', () => {
    assert.equal(measuredOf(RESULTS, 0).points[0]?.timestampsPerWriteUnit, 2);
    assert.throws(() => measuredOf(RESULTS, 25), /no commit window of 25 ms: run npm run bench/);
    assert.throws(
      () => measuredOf({ ...RESULTS, parts: { ...RESULTS.parts, matrix: { title: '', cells: [] } } }),
      /no stampede-window-50 at 64 connections over TLS: run/,
    );
  });

  it('are those of each commit window that was measured', () => {
    assert.deepEqual(
      measuredWindows(RESULTS).map(({ commitWindow }) => commitWindow),
      [0, 50],
    );
  });
});
