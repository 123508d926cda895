import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startChromium } from '../../scripts/cli/chromium.ts';
import { judge } from '../../scripts/drills/core/judge.ts';
import { writeReport } from '../../scripts/drills/core/report/page.ts';
import { pictureReport } from '../../scripts/drills/core/report/picture.ts';
import type { Report } from '../../scripts/drills/core/report/report.ts';
import type { Prediction } from '../../scripts/drills/core/run-record.ts';
import { run } from '../scripts/drills/core/run-example.ts';
import { assertAccessible, assertFitsWidth, NARROW, startBrowser, WIDE } from './support/browser.ts';

const prediction: Prediction = {
  requestsPerInstance: 70,
  bootS: 20,
  seconds: run.observations.map(({ second }) => ({
    second,
    demandPerS: 100,
    cpuPercent: 36,
    desired: 4,
    inService: 4,
  })),
  predicted: { peak: 4 },
  measured: { peak: 4 },
};
const objectives = { health: { errorRatio: 0.01, p99Ms: 200 }, errorRatio: 0.05, detectS: 5, recoverS: 10 };
const report: Report = {
  title: 'Rehearsal',
  createdAt: '2026-11-21T10:05:00Z',
  facts: { commit: '0123456789ab' },
  checks: [
    { check: 'a POST is stored', passed: true, measured: '2026-11-21T13:19:30.321519Z, 1 found', expected: 'one' },
  ],
  runs: [{ run: { ...run, prediction }, verdict: judge(run, objectives) }],
};

const folder = await mkdtemp(join(tmpdir(), 'report-page-'));
after(() => rm(folder, { recursive: true }));
const { page: file } = await writeReport(folder, report);
const openPage = await startBrowser();

describe("the page of a drill's report", () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is accessible in ${colorScheme} colours`, async () => {
      const { page, complaints } = await openPage(pathToFileURL(file).href, { colorScheme });
      await assertAccessible(page);
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  it('fits wide and narrow windows', async () => {
    for (const viewport of [WIDE, NARROW]) {
      const { page } = await openPage(pathToFileURL(file).href, { viewport });
      await assertFitsWidth(page);
      await page.context().close();
    }
  });
});

describe('pictureReport', () => {
  /** Reads width and height from the header of a PNG. */
  const sizeOf = async (picture: string) => {
    const header = await readFile(picture);
    return { width: header.readUInt32BE(16), height: header.readUInt32BE(20) };
  };

  it('takes a picture of the verdicts and of each drill', async () => {
    await using browser = await startChromium(process.env['CHROMIUM']);
    const [head = '', drill = '', ...more] = await pictureReport(browser, file, join(folder, 'pictures'));
    assert.deepEqual(more, []);
    assert.deepEqual(await readdir(join(folder, 'pictures')), ['report-kill-an-instance.png', 'report.png']);
    const [{ width, height }, section] = [await sizeOf(head), await sizeOf(drill)];
    assert.ok(width === 1_040 && height > 200 && height < 600, `${width} x ${height}`);
    assert.ok(section.width > 900 && section.height > 1_000, JSON.stringify(section));
  });

  it('refuses a drill that is not in the report', async () => {
    await using browser = await startChromium(process.env['CHROMIUM']);
    await assert.rejects(
      pictureReport(browser, file, folder, ['meteor']),
      /has no drill 'meteor': expected kill-an-instance/,
    );
  });
});
