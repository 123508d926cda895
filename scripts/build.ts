import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { main } from './cli/main.ts';
import { captureQuietly } from './cli/run.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

await main(
  {
    name: 'build',
    summary: 'Bundles the server into dist/server.cjs, with a source map and the files that cannot be in the bundle.',
    options: {},
  },
  async () => {
    rmSync(dist, { recursive: true, force: true });
    const commit = await checkedOutCommit();
    await build({
      absWorkingDir: root,
      entryPoints: { server: 'server/main.ts', 'load-worker': 'server/cpu-load/worker.ts' },
      outdir: dist,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      target: 'node26',
      // Bundled dependencies `require` Node's modules, which an ES module bundle would have to imitate.
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
  },
);

/** The commit that is built, marked when the tree differs from it; `unknown` outside a checkout. */
async function checkedOutCommit(): Promise<string> {
  try {
    const commit = (await captureQuietly(['git', 'rev-parse', '--short=12', 'HEAD'], { cwd: root })).trim();
    const changes = await captureQuietly(['git', 'status', '--porcelain'], { cwd: root });
    return changes === '' ? commit : `${commit}-modified`;
  } catch {
    return 'unknown';
  }
}
