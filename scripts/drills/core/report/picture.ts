import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { OperatorError } from '../../../cli/errors.ts';

/** Wide enough for the whole page, which is limited by its style. */
const VIEWPORT = { width: 1_040, height: 900 };
const MARGIN_PX = 8;

/**
 * Takes pictures of a report's page, in light colours: `report.png` of all above the drills, and `report-<drill>.png` of each
 * drill. Returns their files.
 *
 * @throws OperatorError naming the drills there are when one is asked for that is not in the report
 */
export async function pictureReport(
  browser: Browser,
  pageFile: string,
  folder: string,
  wanted: readonly string[] = [],
): Promise<string[]> {
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'light' });
  await page.goto(pathToFileURL(pageFile).href);
  const drills = await page.locator('section').evaluateAll((sections) => sections.map(({ id }) => id));
  const unknown = wanted.find((name) => !drills.includes(name));
  if (unknown !== undefined) {
    throw new OperatorError(`${pageFile} has no drill '${unknown}': expected ${drills.join(', ') || 'some'}`);
  }
  await mkdir(folder, { recursive: true });
  const head = join(folder, 'report.png');
  await page.screenshot({ path: head, fullPage: true, clip: await aboveDrills(page) });
  const files = [head];
  for (const drill of wanted.length > 0 ? wanted : drills) {
    const file = join(folder, `report-${drill}.png`);
    await page
      .locator('section')
      .and(page.locator(`[id="${drill}"]`))
      .screenshot({ path: file });
    files.push(file);
  }
  await page.close();
  return files;
}

async function aboveDrills(page: Page) {
  const first = await page
    .locator('section')
    .first()
    .boundingBox({ timeout: 1_000 })
    .catch(() => null);
  const height = first ? first.y - MARGIN_PX : await page.evaluate<number>('document.documentElement.scrollHeight');
  return { x: 0, y: 0, width: VIEWPORT.width, height };
}
