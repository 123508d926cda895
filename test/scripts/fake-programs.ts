import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A folder with stand-ins for programs. Each writes its command line to a log and exits with the code given for it
 * (0 by default), so that a test reads what an entry file started. A text instead of a code is run by the shell.
 */
export async function fakePrograms(exitCodes: Readonly<Record<string, number | string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-fakes-'));
  const log = join(folder, 'log');
  await writeFile(log, '');
  for (const [name, code] of Object.entries(exitCodes)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `#!/bin/sh\necho "${name} $*" >> ${log}\n${typeof code === 'string' ? code : `exit ${code}`}\n`,
    );
    await chmod(file, 0o755);
  }
  return {
    folder,
    /** The command lines so far. */
    started: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
