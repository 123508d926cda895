import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { GENERATED_SECRET } from '../../server/contract.ts';
import { parseSecretValue } from '../../server/secrets/secret-value.ts';

const run = promisify(execFile);

describe('the key for ids that docs/operate.md adds by hand', () => {
  it('is used later, and the server keeps the keys before it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stampede-id-key-'));
    const file = join(folder.path, 'secret.json');
    const [, script] = /^node --eval '$([^']+)^'$/m.exec(await readFile('docs/operate.md', 'utf8')) ?? [];
    assert.ok(script, 'docs/operate.md has the script');
    const generated = ['r', 'w', 'k'].map((letter) => letter.repeat(GENERATED_SECRET.length / 3)).join('');
    await writeFile(file, JSON.stringify({ generated, readTokens: ['the-newest-token'] }));
    const before = parseSecretValue(await readFile(file, 'utf8'));

    const add = () => run(process.execPath, ['--eval', script], { cwd: folder.path });
    await add();
    await add();
    const after = parseSecretValue(await readFile(file, 'utf8'));
    const [first, ...added] = after.idKeys;
    assert.deepEqual({ ...after, idKeys: [first] }, before);
    assert.equal(added.length, 2);
    for (const { from } of added) assert.ok(from / 1_000 > Date.now(), 'it begins in the future');
    assert.equal(new Set(after.idKeys.map(({ key }) => key)).size, 3);
  });
});
