import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type MetricsFolder, memoryMetricsFolder, openMetricsFolder } from '../../../server/metrics/instance-folder.ts';

const scratch = await mkdtemp(join(tmpdir(), 'stampede-metrics-'));
after(() => rm(scratch, { recursive: true }));

/** `open` opens the same folder again, like another worker. */
function folderContract(kind: string, open: () => Promise<MetricsFolder>): void {
  describe(`the metrics folder ${kind}`, () => {
    it('returns the last text of a file until it is removed', async () => {
      const [mine, theirs] = [await open(), await open()];
      assert.equal(await theirs.read('a'), undefined);
      await mine.write('a', 'one');
      await mine.write('a', 'two');
      assert.equal(await theirs.read('a'), 'two');
      await theirs.remove('a');
      await theirs.remove('a');
      assert.equal(await mine.read('a'), undefined);
    });

    it('lists only complete files', async () => {
      const folder = await open();
      const writing = Promise.all(['b', 'c'].map((name) => folder.write(name, 'x'.repeat(1e6))));
      for (const name of await folder.list()) assert.equal((await folder.read(name))?.length, 1e6);
      await writing;
      assert.deepEqual((await folder.list()).sort(), ['b', 'c']);
    });

    it('grants a claim to exactly one of several simultaneous callers', async () => {
      const folders = await Promise.all(Array.from({ length: 8 }, open));
      const claims = await Promise.all(folders.map((folder) => folder.claim('minute')));
      assert.equal(claims.filter(Boolean).length, 1);
      assert.equal(await folders[0]?.claim('minute'), false);
    });
  });
}

folderContract('on disk', () => openMetricsFolder(join(scratch, 'made', 'when', 'missing')));
const memory = memoryMetricsFolder();
folderContract('in memory', async () => memory);
