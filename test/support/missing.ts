import { spawnSync } from 'node:child_process';

/**
 * Why a test that needs the program cannot run here, or `false`. `npm test` needs npm's registry alone; in CI nothing may
 * be missing, and there the test runs, and fails.
 */
export function missing(program: string, versionFlag = '--version'): string | false {
  if (process.env['CI'] === 'true') return false;
  return spawnSync(program, [versionFlag]).error ? `${program} is missing` : false;
}
