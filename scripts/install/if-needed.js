// Installs the locked dependencies of the working directory (npm sets it to the package's own folder), if any is missing;
// with the argument "run" only those that running the server needs.
import { installIfNeeded } from './install.js';

process.exitCode = installIfNeeded({ onlyToRun: process.argv[2] === 'run' }) ?? 0;
