import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { OperatorError } from '../../../cli/errors.ts';

/**
 * Takes pictures of a report's page, in light colours: `report.png` of everything above the drills, and
 * `report-<drill>.png` of each drill. Returns their files. @throws OperatorError when a wanted drill is missing
 */
export async function pictureReport(
  browser: Browser,
  pageFile: string,
  folder: string,
  wanted: readonly string[] = [],
) {
  // As wide as the page, and low: a picture of the full page is as high as its content.
  const page = await browser.newPage({ viewport: { width: 1_040, height: 200 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(pageFile).href);
  const drills = await page.locator('section').evaluateAll((sections) => sections.map(({ id }) => id));
  const unknown = wanted.find((name) => !drills.includes(name));
  if (unknown !== undefined) {
    throw new OperatorError(`${pageFile} has no drill '${unknown}': expected ${drills.join(', ') || 'some'}`);
  }
  await mkdir(folder, { recursive: true });
  const head = join(folder, 'report.png');
  const files = [head];
  for (const drill of wanted.length > 0 ? wanted : drills) {
    const path = join(folder, `report-${drill}.png`);
    await page.locator(`section[id="${drill}"]`).screenshot({ path });
    files.push(path);
  }
  await page.addStyleTag({ content: 'section { display: none; }' });
  await page.screenshot({ path: head, fullPage: true });
  await page.close();
  return files;
}
