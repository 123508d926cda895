import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { requireArtillery } from '../../../../scripts/drills/artillery/artillery.ts';
import { fakePrograms } from '../../fake-programs.ts';

describe('requireArtillery', () => {
  it('installs the locked artillery if it is missing, without browsers', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await using npm = await fakePrograms({ npm: '[ "$PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD" = 1 ]' });
    const path = process.env['PATH'];
    process.env['PATH'] = `${npm.folder}:${path}`;
    t.after(() => {
      process.env['PATH'] = path;
    });
    const own = join(npm.folder, 'not/there');
    await requireArtillery(own, own);
    const folder = resolve('scripts/drills/artillery');
    assert.deepEqual(await npm.started(), [`npm ci --prefix ${folder} --no-audit --no-fund --loglevel=error`]);
    assert.match(String(printed.mock.calls[0]?.arguments[0]), /^Installing artillery, about 470 MB/);
  });
});
