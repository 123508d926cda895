import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { RecordPageSchema } from '../../server/http/schemas.ts';
import { startDatabase } from '../server/support/database.ts';
import { startService } from '../server/support/service.ts';
import { assertAccessible, keepPicture, startBrowser } from './support/browser.ts';

const TOKEN = 'a-read-token-of-some-length';

const database = await startDatabase();
const service = await startService(database);
const guarded = await startService(database, { READ_TOKEN: TOKEN });
const writeGuarded = await startService(database, { WRITE_TOKEN: TOKEN });
const openPage = await startBrowser();

const record = async (): Promise<string> =>
  (await (await fetch(`${service.url}/app`, { method: 'POST' })).text()).trim();

const shown = (page: Page): Promise<string[]> =>
  page.locator('#records time').evaluateAll((times) => times.map((time) => time.getAttribute('datetime')));

const hasText = (page: Page, selector: string, text: RegExp) => page.locator(selector, { hasText: text }).waitFor();

/** Evaluated as text, because the type checker does not know the types of a page. */
const focusedNameAndOutline = (page: Page): Promise<[string, number]> =>
  page.evaluate(
    '[document.activeElement.innerText.trim(), parseInt(getComputedStyle(document.activeElement).outlineWidth)]',
  );

describe('the live page', () => {
  it('records with the button and shows which instance wrote the record', async () => {
    const { page, complaints } = await openPage(service.url);
    await hasText(page, '#feed-state', /Live/);
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /^Recorded by test-host in \d+ ms$/);
    const [latest = ''] = await shown(page);
    assert.match(latest, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(await page.locator('#latest time').getAttribute('datetime'), latest);
    assert.equal(await page.locator('#records .instance').first().textContent(), 'test-host');
    const stored = await (await fetch(`${service.url}/app?limit=1&consistent=true`)).json();
    assert.equal(RecordPageSchema.parse(stored).timestamps[0]?.timestamp, latest);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it('shows records of other clients, newest first, without changing the existing rows', async () => {
    const { page } = await openPage(service.url);
    const before = await record();
    await page.locator(`#records time[datetime="${before}"]`).waitFor();
    await page
      .locator('#records li')
      .first()
      .evaluate((row) => row.setAttribute('data-kept', 'yes'));
    const later = [await record(), await record()];
    await page.locator(`#records time[datetime="${later[1]}"]`).waitFor();
    assert.deepEqual((await shown(page)).slice(0, 3), [later[1], later[0], before]);
    assert.equal(await page.locator('#records li').nth(2).getAttribute('data-kept'), 'yes');
    await page.context().close();
  });

  it('keeps the twenty latest records and counts them by instance', async () => {
    for (let i = 0; i < 22; i++) await record();
    const { page } = await openPage(service.url);
    await page.locator('#records li').nth(19).waitFor();
    assert.equal(await page.locator('#records li').count(), 20);
    assert.equal((await page.locator('#writers').innerText()).replace(/\s+/g, ' ').trim(), 'test-host 20');
    await page.context().close();
  });

  it('shows which of several instances wrote each record', async () => {
    const instances = ['i-0a51c0ffee0123456', 'i-0b52c0ffee0123456', 'i-0c53c0ffee0123456'];
    const fleet = await Promise.all(instances.map((instanceId) => startService(database, {}, instanceId)));
    const writers: string[] = [];
    for (let i = 0; i < 20; i++) {
      const member = (i * i + (i >> 2)) % fleet.length;
      await fetch(`${fleet[member]?.url}/app`, { method: 'POST' });
      writers.unshift(instances[member] ?? '');
    }
    const { page } = await openPage(fleet[0]?.url ?? '', { viewport: { width: 1120, height: 810 } });
    await page.locator('#records li').nth(19).waitFor();
    assert.deepEqual(await page.locator('#records .instance').allTextContents(), writers);
    const tones = await page
      .locator('#writers .instance')
      .evaluateAll((badges) => badges.map((badge) => badge.getAttribute('style')));
    assert.equal(new Set(tones).size, instances.length);
    await keepPicture(page, 'live', { fullPage: false });
    await page.context().close();
  });

  it('shows the state of the process, with a plot of its rate, and asks for no list', async () => {
    const { page, complaints } = await openPage('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(service.url);
    await hasText(page, '#feed-state', /^Live$/);
    await page.locator(`#records time[datetime="${await record()}"]`).waitFor();
    const state = (await page.locator('#state').innerText()).replace(/\s+/g, ' ');
    assert.match(state, /Rate [\d.]+ \/s Highest rate [\d.]+ \/s Clock error unknown Not in the table yet nothing/);
    const points = (await page.locator('#plot-line').getAttribute('points')) ?? '';
    assert.equal(points.split(' ').length, 90);
    assert.match((await page.locator('#plot').getAttribute('aria-label')) ?? '', /at most [\d.]+ \/s$/);
    assert.deepEqual(
      asked.filter((path) => !path.startsWith('/assets/')),
      ['/', '/live'],
    );
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it('asks for the list every two seconds where the stream is refused', async () => {
    const { page } = await openPage('about:blank');
    await page.route('**/live', (route) => route.fulfill({ status: 503, json: {} }));
    await page.goto(service.url);
    await hasText(page, '#feed-state', /^Live, every 2 seconds$/);
    await page.locator(`#records time[datetime="${await record()}"]`).waitFor();
    assert.equal(await page.locator('#state').isVisible(), false);
    await page.context().close();
  });

  it('says that it is paused while the server is busy', async () => {
    const { page } = await openPage('about:blank');
    await page.route('**/live', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: 'event: paused\ndata: {}\n\n' }),
    );
    await page.goto(service.url);
    await hasText(page, '#feed-state', /^Paused: the server is busy/);
    await page.context().close();
  });

  it('reports that it cannot read the list, and recovers', async () => {
    const { page } = await openPage('about:blank');
    await page.route('**/live', (route) => route.abort());
    await page.goto(service.url);
    await hasText(page, '#feed-state', /Live/);
    await page.route('**/app?*', (route) => route.abort());
    await hasText(page, '#feed-state', /^Cannot read the list: .*\. Next attempt in 4 s$/);
    await page.unroute('**/app?*');
    await hasText(page, '#feed-state', /Live/);
    await page.context().close();
  });

  it('reports that a timestamp was not recorded, and when to try again', async () => {
    const { page } = await openPage(service.url);
    const problem = { type: '/docs#overloaded', title: '', status: 503, detail: 'this process has more to do' };
    await page.route('**/app', (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '3' }, json: problem }),
    );
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /^Not recorded: this process has more to do\. Try again in 3 s\.$/);
    await page.context().close();
  });

  it('has no stream and sends no requests while it is hidden', async () => {
    const { page } = await openPage('about:blank');
    await page.clock.install();
    await page.goto(service.url);
    await hasText(page, '#feed-state', /Live/);
    const hide = (hidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.method()));
    const ended = page.waitForEvent('requestfailed');
    await hide(true);
    assert.equal(new URL((await ended).url()).pathname, '/live');
    await hasText(page, '#feed-state', /Paused/);
    await page.clock.runFor(60_000);
    assert.deepEqual(asked, []);
    await hide(false);
    await hasText(page, '#feed-state', /Live/);
    assert.deepEqual(asked, ['GET']);
    await page.context().close();
  });

  it('can be used with the keyboard alone and shows the focus', async () => {
    const { page } = await openPage(service.url);
    await hasText(page, '#feed-state', /Live/);
    const visited: string[] = [];
    for (let i = 0; i < 7; i++) {
      await page.keyboard.press('Tab');
      const [name, outlinePx] = await focusedNameAndOutline(page);
      visited.push(name);
      assert.ok(outlinePx >= 2, `${name} has an outline of ${outlinePx} px`);
    }
    const sections = ['Live', 'Timestamps', 'Users', 'API'];
    assert.deepEqual(visited, ['Skip to the content', 'Stampede', ...sections, 'Record a timestamp']);
    await keepPicture(page, 'live-focus');
    await page.keyboard.press('Enter');
    await hasText(page, '#outcome', /^Recorded by test-host/);
    await page.context().close();
  });

  it('says that a timestamp was accepted during an outage, and that the list is incomplete', async () => {
    const { page } = await openPage('about:blank');
    await page.route('**/live', (route) => route.abort());
    const change = async (route: Route, status: number, changes: object) => {
      const response = await route.fetch();
      await route.fulfill({ response, status, json: { ...(await response.json()), ...changes } });
    };
    await page.route('**/app', (route) => change(route, 202, { state: 'accepted' }));
    await page.route('**/app?*', (route) => change(route, 200, { complete: false }));
    await page.goto(service.url);
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /^Accepted by test-host in \d+ ms\. The database is not available/);
    await hasText(page, '#feed-state', /some accepted timestamps are not listed yet$/);
    await page.context().close();
  });

  it('records without JavaScript', async () => {
    const { page } = await openPage(service.url, { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await page.waitForURL('**/app');
    assert.match((await page.textContent('body')) ?? '', /^\d{4}-\d\d-\d\dT[\d:.]{15}Z\n$/);
    await page.context().close();
  });

  it('has no animation if the user prefers reduced motion', async () => {
    await record();
    const { page } = await openPage(service.url);
    const animation = () => page.evaluate("getComputedStyle(document.querySelector('#records li')).animationName");
    await page.locator('#records li').first().waitFor();
    assert.equal(await animation(), 'none');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    assert.equal(await animation(), 'arrive');
    await page.context().close();
  });
});

describe('the live page of a service with a read token', () => {
  it('asks for the token, refuses a wrong one and stores the correct one for the tab', async () => {
    await record();
    const { page } = await openPage(guarded.url);
    await hasText(page, '#feed-state', /The list needs a token/);
    await keepPicture(page, 'live-token');
    await assertAccessible(page);
    await page.getByLabel('Read token').fill('wrong');
    await page.keyboard.press('Enter');
    await hasText(page, '#feed-state', /That token was not accepted/);
    assert.equal(await page.locator(':focus').getAttribute('id'), 'token');
    await page.getByLabel('Read token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await hasText(page, '#feed-state', /Live/);
    assert.ok((await shown(page)).length > 0);
    await page.reload();
    await hasText(page, '#feed-state', /Live/);
    assert.equal(await page.locator('#token-form').isVisible(), false);
    await page.context().close();
  });

  it('records without the token', async () => {
    const { page } = await openPage(guarded.url);
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /^Recorded by test-host/);
    await page.context().close();
  });
});

describe('the live page of a service with a write token', () => {
  it('asks for the token when it records, and stores the correct one for the tab', async () => {
    const { page } = await openPage(writeGuarded.url);
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /Recording needs a token/);
    await assertAccessible(page);
    await page.getByLabel('Write token').fill('wrong');
    await page.keyboard.press('Enter');
    await hasText(page, '#outcome', /That token was not accepted/);
    await page.getByLabel('Write token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await hasText(page, '#outcome', /^Recorded by test-host/);
    assert.equal(await page.locator('#write-token-form').isVisible(), false);
    await page.getByRole('button', { name: 'Record a timestamp' }).click();
    await hasText(page, '#outcome', /^Recorded by test-host/);
    await page.context().close();
  });
});
