import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fakePrograms } from '../fake-programs.ts';
import { runEntry } from '../run-entry.ts';

describe('a synthesis that is only read', () => {
  const commands = { simulate: ['--stage', 'prod'], cost: ['--bench', resolve('docs/benchmarks/results.json')] };
  for (const [command, args] of Object.entries(commands))
    it(`of npm run ${command} does not validate, unlike that of plan and deploy`, async () => {
      await using programs = await fakePrograms({ 'node_modules/.bin/cdk': 1 });
      const { code } = await runEntry(`scripts/${command}.ts`, args, { cwd: programs.folder });
      assert.equal(code, 1);
      const [line, ...others] = await programs.started();
      assert.match(line ?? '', /^node_modules\/\.bin\/cdk synth .*-c stage=prod .* --no-validation$/);
      assert.deepEqual(others, []);
    });
});
