import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deployCommand, nextSteps } from '../../../scripts/restore/next-steps.ts';
import type { RestoreRecord } from '../../../scripts/restore/record.ts';

const RECORD: RestoreRecord = {
  ...{ stage: 'prod', source: 'old', table: 'new', at: '2026-11-22T08:00:05.000Z', verifyOnly: false, sizeBytes: 0 },
  startedAt: '2026-11-22T09:00:00.000Z',
  steps: { used: '2026-11-22T10:00:00.000Z' },
};
const DEPLOY = deployCommand('prod', 'new', ['--ami', 'current', '--set', 'nat=single']);

/** What npm scripts print with --help, by the name of the script: operate.test.ts keeps these texts true. */
const HELP = new Map(
  readFileSync('docs/operate.md', 'utf8')
    .split(/^## npm run /m)
    .slice(1)
    .map((section) => [section.split('\n')[0], section.split('```')[1] ?? '']),
);

describe('the next steps after a restore', () => {
  for (const regions of [1, 2]) {
    it(`name only commands and options that exist, in a stage of ${regions} regions`, () => {
      const text = nextSteps(RECORD, regions, DEPLOY).join('\n');
      const commands = text.matchAll(/npm run (?<name>[\w-]+) --(?<options>(?: [^\s:;,]+)+)/g);
      const named = commands.map(({ groups: { name = '', options = '' } = {} }) => ({ name, options })).toArray();
      assert.deepEqual(new Set(named.map(({ name }) => name)), new Set(['deploy', 'export']));
      for (const { name, options } of named) {
        for (const [option] of options.matchAll(/--[a-z-]+/g))
          assert.match(HELP.get(name) ?? '', new RegExp(`^  ${option}\\b`, 'm'), `${option} of npm run ${name}`);
      }
    });
  }

  it('end the export at the last use of the old table; with several regions a person enters that time', () => {
    const [one = '', pair = ''] = [1, 2].map((regions) => nextSteps(RECORD, regions, DEPLOY).at(-1));
    const range = '--stage prod --table old --from 2026-11-22T08:00:05.000Z --to';
    assert.ok(one.includes(`npm run export -- ${range} 2026-11-22T10:00:00.000Z writes`), one);
    assert.ok(pair.includes(`npm run export -- ${range} <time of the deployment> writes`), pair);
  });

  it('are none if the table was only verified', () => {
    assert.deepEqual(nextSteps({ ...RECORD, verifyOnly: true }, 1, DEPLOY), []);
  });
});
