import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const documents = globSync('{*.md,docs/**/*.md}', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

describe('the documents', () => {
  it('name only npm scripts that exist', () => {
    const unknown = documents.flatMap(({ path, text }) =>
      Array.from(text.matchAll(/npm run (?:--silent )?([\w:-]*\w)/g), ([, script = '']) => script)
        .filter((script) => !(script in manifest.scripts))
        .map((script) => `${path}: npm run ${script}`),
    );
    assert.deepEqual(unknown, []);
  });

  it('link only to targets that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      Array.from(text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g), ([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it('name only source files that exist', () => {
    const missing = documents.flatMap(({ path, text }) =>
      Array.from(text.matchAll(/`((?:server|infra|scripts|ami|test|docs)\/[\w./-]*\w)`/g), ([, target = '']) => target)
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path}: ${target}`),
    );
    assert.deepEqual(missing, []);
  });
});
