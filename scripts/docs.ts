import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandsOf } from './cli/commands.ts';
import { withHelp } from './cli/help-blocks.ts';
import { main } from './cli/main.ts';
import { capture } from './cli/run.ts';

const PAGE = 'docs/operate.md';

await main(
  {
    name: 'docs',
    summary: `Brings the help texts in ${PAGE} up to date; a test fails while they are not.`,
    options: {},
  },
  async () => {
    const root = join(import.meta.dirname, '..');
    const helps: { name: string; help: string }[] = [];
    for (const { name, entry } of commandsOf(root)) {
      helps.push({ name, help: await capture([process.execPath, entry, '--help'], { cwd: root }) });
    }
    const page = join(root, PAGE);
    await writeFile(page, withHelp(await readFile(page, 'utf8'), helps));
  },
);
