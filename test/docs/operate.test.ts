import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { describe, it } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { commandsOf, withHelp } from '../../scripts/cli/help-pages.ts';
import { runEntry } from '../scripts/run-entry.ts';

/** Sections of a page, heading and text. */
const sectionsOf = (page: string) => page.split(/^(?=## )/m);

/** The files in folders to which a command could write, with their modification times. */
const writtenFiles = () =>
  globSync(['dist/*', '.data/*', '.drill/*', 'cdk.out/*', 'bakes/*', 'docs/**']).map((path) => [
    path,
    statSync(path).mtimeMs,
  ]);

describe('npm run <command> -- --help', () => {
  const helps: { name: string; help: string }[] = [];

  for (const { name, entry } of commandsOf(packageJson)) {
    it(`prints the usage of ${name} and does nothing else`, async () => {
      const before = writtenFiles();
      const { code, stdout, stderr } = await runEntry(entry, ['--help']);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.match(stdout, new RegExp(`^\\S.*\\.\n\nUsage: npm run ${name} -- \\[options\\]`));
      assert.deepEqual(writtenFiles(), before);
      helps.push({ name, help: stdout });
    });
  }

  it('exists for every npm script that runs a file in scripts/', () => {
    const starting = Object.entries(packageJson.scripts).filter(([, line]) => /scripts\/[\w-]+\.ts/.test(line));
    assert.deepEqual(
      helps.map(({ name }) => name),
      starting.map(([name]) => name),
    );
  });

  it('is shown in docs/operate.md (npm run docs updates it)', () => {
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

  it('updates the help of commands, adds new commands and removes those that no longer exist', () => {
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
