import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import express from 'express';
import request from 'supertest';
import { loadAssets } from '../../../server/http/assets.ts';

const FOLDER = join(import.meta.dirname, '../../../server/http/pages/assets');

describe('GET /assets', () => {
  const assets = loadAssets(FOLDER);
  const app = express().use(assets.router);

  for (const [name, type] of [
    ['home.js', /^text\/javascript/],
    ['style.css', /^text\/css/],
    ['favicon.svg', /^image\/svg/],
  ] as const) {
    it(`answers ${name} with its type, cacheable indefinitely`, async () => {
      const answer = await request(app).get(assets.url(name));
      assert.equal(answer.status, 200);
      assert.match(answer.headers['content-type'] ?? '', type);
      assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    });
  }

  it('answers the URL of another version with its own file, which is not cacheable', async () => {
    const answer = await request(app).get('/assets/older/home.js');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['cache-control'], 'no-cache');
  });

  it('serves only the files of the folder', async () => {
    for (const name of ['nothing.js', '..%2f..%2fhtml.ts', '%2e%2e']) {
      assert.equal((await request(app).get(`/assets/x/${name}`)).status, 404, name);
    }
  });

  it('changes every URL when any file changes', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'assets-'));
    t.after(() => rmSync(folder, { recursive: true }));
    cpSync(FOLDER, folder, { recursive: true });
    assert.equal(loadAssets(folder).url('home.js'), assets.url('home.js'));
    writeFileSync(join(folder, 'style.css'), 'a{}');
    assert.notEqual(loadAssets(folder).url('home.js'), assets.url('home.js'));
  });

  it('refuses a file of an unknown type, and the URL of a missing file', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'assets-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'page.exe'), '');
    assert.throws(() => loadAssets(folder), /asset page\.exe .* expected one of \.css, \.js, \.svg/);
    assert.throws(() => assets.url('gone.js'), /there is no asset gone\.js/);
  });
});
