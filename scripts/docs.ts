import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { commandsOf, withHelp } from './cli/help-pages.ts';
import { main } from './cli/main.ts';
import { capture } from './cli/run.ts';

const PAGE = 'docs/operate.md';

await main(
  {
    name: 'docs',
    summary: `Updates the help texts in ${PAGE}. A test fails while they are outdated.`,
    options: {},
  },
  async () => {
    const root = join(import.meta.dirname, '..');
    const helps = await Array.fromAsync(commandsOf(packageJson), async ({ name, entry }) => {
      return { name, help: await capture([process.execPath, entry, '--help'], { cwd: root }) };
    });
    const page = join(root, PAGE);
    await writeFile(page, withHelp(await readFile(page, 'utf8'), helps));
  },
);
