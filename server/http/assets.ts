import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Router } from 'express';
import type { AssetUrl } from './pages/layout.ts';

const EXTENSIONS = ['.css', '.js', '.svg'];

/** The pages' style sheets, scripts and icon: their URLs and routes. */
export interface Assets {
  readonly url: AssetUrl;
  readonly router: Router;
}

/**
 * Reads the assets into memory and serves them under `/assets/<hash of all>/<name>`, cacheable indefinitely. All files
 * share one hash, so that scripts can import each other by relative name. During a deployment, a page may request
 * assets from an instance of another version. It gets the assets of that instance, marked `no-cache`.
 */
export function loadAssets(folder: string): Assets {
  const assets = readAssets(folder);
  const version = fingerprint(assets);
  const router = Router();
  router.get('/assets/:version/:name', (request, response, next) => {
    const { name } = request.params;
    const content = assets.get(name);
    if (!content) return next();
    const current = request.params.version === version;
    response
      .type(extname(name))
      .set('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'no-cache')
      .send(content);
  });
  return {
    router,
    url: (name) => {
      if (!assets.has(name)) throw new Error(`there is no asset ${name} in ${folder}`);
      return `/assets/${version}/${name}`;
    },
  };
}

function readAssets(folder: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(folder).sort();
  const unknown = names.find((name) => !EXTENSIONS.includes(extname(name)));
  if (unknown) throw new Error(`asset ${unknown} in ${folder}: expected one of ${EXTENSIONS.join(', ')}`);
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

function fingerprint(assets: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, content] of assets) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest('base64url').slice(0, 12);
}
