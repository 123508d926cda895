import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { commandsOf } from '../../scripts/cli/help-pages.ts';
import { runProcess } from '../scripts/run-entry.ts';

describe('the process of a command', () => {
  for (const { name, entry } of commandsOf(packageJson))
    it(`prints the usage of ${name} and ends`, async () => {
      const { code, stdout, stderr } = await runProcess(entry, ['--help']);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.match(stdout, new RegExp(`\n\nUsage: npm run ${name} -- `));
    });
});
