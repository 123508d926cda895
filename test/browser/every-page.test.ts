import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDatabase } from '../server/support/database.ts';
import { startService } from '../server/support/service.ts';
import { assertAccessible, assertFitsWidth, keepPicture, NARROW, startBrowser, WIDE } from './support/browser.ts';

const service = await startService(await startDatabase());
const openPage = await startBrowser();
for (let i = 0; i < 30; i++) await fetch(`${service.url}/app`, { method: 'POST' });
for (let i = 0; i < 6; i++)
  await fetch(`${service.url}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: `user-with-a-long-name-${i}`,
      email: `${'a-long-address-'.repeat(3)}${i}@example.com`,
    }),
  });

const PAGES = [
  { name: 'live', path: '/', ready: '#records li' },
  { name: 'timestamps', path: '/app?limit=15', ready: 'tbody tr' },
  { name: 'users', path: '/users?limit=5', ready: 'tbody tr' },
  { name: 'nothing-found', path: '/app?to=2001-01-01', ready: '.nothing' },
  { name: 'docs', path: '/docs', ready: '#problems' },
  { name: 'problem', path: '/app?limit=x&from=yesterday', ready: '.problem dl', status: 400 },
];

/** Each width and each colour scheme once, because they are independent. */
const LOOKS = [
  { viewport: WIDE, colorScheme: 'light' },
  { viewport: NARROW, colorScheme: 'dark' },
] as const;

/** The smallest height of a control for touch screens, in CSS pixels. */
const TOUCH_PX = 44;

for (const { name, path, ready, status } of PAGES) {
  describe(`the ${name} page`, () => {
    for (const { viewport, colorScheme } of LOOKS) {
      it(`is accessible and logs no errors at ${viewport.width} px, ${colorScheme}`, async () => {
        const { page, complaints } = await openPage(service.url + path, { viewport, colorScheme });
        await page.waitForSelector(ready);
        await keepPicture(page, `${name}-${viewport.width}-${colorScheme}`);
        await assertFitsWidth(page);
        await assertAccessible(page);
        // Chromium itself logs the status of a problem page.
        assert.deepEqual(
          complaints.filter((complaint) => !(status && complaint.includes(`status of ${status}`))),
          [],
        );
        await page.context().close();
      });
    }

    it('has controls that are large enough for touch screens', async () => {
      const { page } = await openPage(service.url + path, { viewport: NARROW, hasTouch: true });
      await page.waitForSelector(ready);
      const small = await page
        .locator('header a:visible, button:visible, input:visible, .button:visible, #records a:visible')
        .evaluateAll(
          (controls, least) =>
            controls
              .filter((control) => control.getBoundingClientRect().height < least)
              .map((control) => control.outerHTML),
          TOUCH_PX,
        );
      assert.deepEqual(small, []);
      await page.context().close();
    });
  });
}
