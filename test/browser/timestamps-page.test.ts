import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { startDatabase } from '../server/support/database.ts';
import { startService } from '../server/support/service.ts';
import { startBrowser } from './support/browser.ts';

const service = await startService(await startDatabase());
const openPage = await startBrowser();

const recorded: string[] = [];
for (let i = 0; i < 7; i++)
  recorded.unshift((await (await fetch(`${service.url}/app`, { method: 'POST' })).text()).trim());

const shown = (page: Page): Promise<(string | null)[]> =>
  page.locator('tbody time').evaluateAll((times) => times.map((time) => time.getAttribute('datetime')));

/** The page must work without JavaScript. */
const PLAIN = { javaScriptEnabled: false };

describe('the timestamps page', () => {
  it('links from each page to the older one until the end', async () => {
    const { page } = await openPage(`${service.url}/app?limit=3`, PLAIN);
    const pages = [await shown(page)];
    while (await page.getByRole('link', { name: 'Older' }).count()) {
      await page.getByRole('link', { name: 'Older' }).click();
      pages.push(await shown(page));
    }
    assert.deepEqual(pages, [recorded.slice(0, 3), recorded.slice(3, 6), recorded.slice(6)]);
    await page.context().close();
  });

  it('filters by time to the microsecond, and shows all records again', async () => {
    const { page } = await openPage(`${service.url}/app`, PLAIN);
    await page.getByLabel('From').fill(recorded[4] ?? '');
    await page.getByLabel('Before').fill(recorded[1] ?? '');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.deepEqual(await shown(page), recorded.slice(2, 5));
    assert.equal(await page.getByLabel('From').inputValue(), recorded[4]);
    await page.getByRole('link', { name: 'Clear' }).click();
    assert.deepEqual(await shown(page), recorded);
    await page.context().close();
  });

  it('accepts a form with one empty field', async () => {
    const { page } = await openPage(`${service.url}/app`, PLAIN);
    await page.getByLabel('From').fill(recorded[2] ?? '');
    await page.getByLabel('From').press('Enter');
    assert.deepEqual(await shown(page), recorded.slice(0, 3));
    await page.context().close();
  });

  it('reports why a time is invalid', async () => {
    const { page } = await openPage(`${service.url}/app`, PLAIN);
    await page.getByLabel('From').fill('yesterday');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.match(await page.locator('.problem').innerText(), /query\.from\s+expected an ISO 8601/i);
    await page.context().close();
  });
});
