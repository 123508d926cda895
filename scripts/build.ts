/**
 * `npm run build`: one production file, `dist/server.cjs`, with source map; beside it only what cannot be in it.
 * CommonJS, because bundled dependencies `require` Node's modules, which an ES module bundle would have to imitate.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** The commit that is built, marked when the tree differs from it; `unknown` outside a checkout. */
const commitOf = (): string => {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain') === '' ? commit : `${commit}-modified`;
  } catch {
    return 'unknown';
  }
};

rmSync(dist, { recursive: true, force: true });
const commit = commitOf();
await build({
  absWorkingDir: root,
  entryPoints: { server: 'server/main.ts', 'load-worker': 'server/cpu-load/worker.ts' },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'external',
  // The embedded database is for source trees; the configuration of a bundle demands a table.
  external: ['./embedded-database.ts'],
  define: { STAMPEDE_COMMIT: JSON.stringify(commit), 'import.meta.dirname': '__dirname' },
  logLevel: 'warning',
});
cpSync(join(root, 'server/http/pages/assets'), join(dist, 'assets'), { recursive: true });
console.log(`dist/server.cjs of commit ${commit}`);
