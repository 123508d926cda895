import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runEntry } from '../scripts/run-entry.ts';

const page = readFileSync('docs/operate.md', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Per command: the text that the page gives as its `--help`. */
const sections = new Map(
  page
    .split(/^## npm run /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section.split(/^```(?:text\n)?/m)[1]]),
);

describe('docs/operate.md', () => {
  it('has a section for each command of the operator', () => {
    assert.deepEqual([...sections.keys()].sort(), [
      'bastion',
      'deploy',
      'destroy',
      'logs',
      'plan',
      'post',
      'ssh',
      'status',
    ]);
  });

  for (const [name, help] of sections) {
    it(`shows what npm run ${name} -- --help prints`, async () => {
      const entry = /^node (scripts\/\S+\.ts)$/.exec(scripts[name] ?? '')?.[1] ?? assert.fail(`no npm script ${name}`);
      const { stdout } = await runEntry(entry, ['--help']);
      assert.equal(help, stdout);
    });
  }
});
