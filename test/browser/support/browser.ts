import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startChromium } from '../../../scripts/cli/chromium.ts';

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page with its own browser profile, and its console errors, including content security policy violations. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** Starts Chromium for the tests of the calling file and closes it afterwards. */
export async function startBrowser() {
  const browser = await startChromium(process.env['CHROMIUM']);
  after(() => browser.close());

  return async (url: string, options: BrowserContextOptions = {}): Promise<OpenPage> => {
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, complaints };
  };
}

/** Fails if the page violates a WCAG 2.2 AA or best-practice rule that axe can check. */
export async function assertAccessible(page: Page): Promise<void> {
  // Evaluated, because the content security policy forbids an added script.
  await page.evaluate(AXE);
  const { violations, passes } = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as AxeResults;
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary}`),
  );
  assert.deepEqual(found, []);
  assert.ok(passes.length > 10);
}

/** Fails if the page is wider than the window. */
export async function assertFitsWidth(page: Page): Promise<void> {
  const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  assert.equal(excess, 0, 'pixels by which the page is wider than the window');
}

/** Saves a screenshot of the page in the folder named by `SCREENSHOTS`, if it is set. */
export async function keepPicture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
