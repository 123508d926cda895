// Runs a command, such as scripts/deploy.ts, and first installs the locked dependencies if any is missing.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installIfNeeded } from './install.js';

const [node, , command, ...words] = process.argv;
const status = installIfNeeded({ onlyToRun: false });
if (status === undefined) {
  process.argv = [node, resolve(command), ...words];
  await import(pathToFileURL(process.argv[1]).href);
} else if (status > 0) {
  process.exitCode = status;
} else {
  // This process is the machine's own Node. npm has put the pinned one first on the PATH.
  process.exitCode = spawnSync('node', [command, ...words], { stdio: 'inherit' }).status ?? 1;
}
