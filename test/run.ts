/** Runs the tests of `npm test`: groups of files in one process each, and every other file in its own. */
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import './global-setup.ts';
import { filesToRun } from './groups/groups.ts';

/** More than the two cores of a small machine, because many files wait for programs. */
const PROCESSES = 5;
const TIMEOUT_MS = 300_000;

process.chdir(join(import.meta.dirname, '..'));
run({
  files: filesToRun(),
  concurrency: PROCESSES,
  timeout: TIMEOUT_MS,
})
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
