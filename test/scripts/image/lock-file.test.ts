import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { closureOf, type LockFile } from '../../../scripts/image/lock-file.ts';

const own = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;

describe('the closure of a package', () => {
  it('resolves each dependency in the nearest node_modules above it', () => {
    const lock = {
      packages: {
        'node_modules/pm2': { version: '1', dependencies: { a: '*', b: '*' } },
        'node_modules/pm2/node_modules/a': { version: '2', dependencies: { b: '*', c: '*' } },
        'node_modules/pm2/node_modules/c': { version: '2' },
        'node_modules/c': { version: '1' },
        'node_modules/a': { version: '1' },
        'node_modules/b': { version: '1', dependencies: { pm2: '*' } },
        'node_modules/unrelated': { version: '1' },
      },
    };
    assert.deepEqual(closureOf(lock, 'pm2'), [
      'node_modules/b',
      'node_modules/pm2',
      'node_modules/pm2/node_modules/a',
      'node_modules/pm2/node_modules/c',
    ]);
  });

  it('leaves out optional packages', () => {
    const lock = {
      packages: {
        'node_modules/pm2': { version: '1', dependencies: { fsevents: '*' } },
        'node_modules/fsevents': { version: '1', optional: true },
      },
    };
    assert.deepEqual(closureOf(lock, 'pm2'), ['node_modules/pm2']);
  });

  it('says which package is missing', () => {
    const lock = { packages: { 'node_modules/pm2': { version: '1', dependencies: { gone: '*' } } } };
    assert.throws(() => closureOf(lock, 'pm2'), /node_modules\/pm2 needs gone/);
  });

  it('of pm2 contains neither the server nor a development tool', () => {
    const closure = closureOf(own, 'pm2');
    assert.ok(closure.includes('node_modules/pm2'));
    for (const name of ['express', 'dynalite', 'aws-cdk', 'typescript', '@aws-sdk/client-dynamodb']) {
      assert.ok(!closure.includes(`node_modules/${name}`), `${name} is in the image`);
    }
  });
});
