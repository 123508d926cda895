import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { commandsOf } from '../../scripts/cli/commands.ts';
import { withHelp } from '../../scripts/cli/help-blocks.ts';
import { runEntry } from '../scripts/run-entry.ts';

/** Sections of a page, heading and text. */
const sectionsOf = (page: string) => page.split(/^(?=## )/m);

describe('docs/operate.md', () => {
  it('shows what each command prints as its help (npm run docs brings it up to date)', async () => {
    const commands = commandsOf('.');
    assert.ok(commands.length > 8);
    const helps: { name: string; help: string }[] = [];
    for (const { name, entry } of commands) {
      const { code, stdout, stderr } = await runEntry(entry, ['--help']);
      assert.equal(code, 0, `${name}: ${stderr}`);
      helps.push({ name, help: stdout });
    }
    const page = readFileSync('docs/operate.md', 'utf8');
    const [now, renewed] = [sectionsOf(page), sectionsOf(withHelp(page, helps))];
    assert.deepEqual(
      now.filter((section) => !renewed.includes(section)),
      [],
    );
    assert.equal(now.length, renewed.length, 'a command has no section yet');
  });
});

describe('withHelp', () => {
  const page =
    '# Title\n\n## npm run a\n\nWords.\n\n```text\nold\n```\n\nMore.\n\n## npm run gone\n\n## Other\n\n```text\nkept\n```\n';

  it('renews the help of a command, adds new commands and drops those that are gone', () => {
    assert.equal(
      withHelp(page, [
        { name: 'a', help: 'costs $1\n' },
        { name: 'b', help: 'new\n' },
      ]),
      '# Title\n\n## npm run a\n\nWords.\n\n```text\ncosts $1\n```\n\nMore.\n\n## npm run b\n\n```text\nnew\n```\n\n## Other\n\n```text\nkept\n```\n',
    );
  });

  it('changes nothing the second time', () => {
    const helps = [{ name: 'b', help: 'new\n' }];
    const once = withHelp(page, helps);
    assert.equal(withHelp(once, helps), once);
  });
});
