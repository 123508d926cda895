/**
 * Runs once, before the test files. Test files and the programs they start share compiled modules, which halves the
 * start of each process (https://nodejs.org/api/module.html#module-compile-cache).
 */
import { join } from 'node:path';

process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/compiled-modules');
