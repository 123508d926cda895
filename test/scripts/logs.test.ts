import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

describe('npm run logs', () => {
  it('tails the log group of the stage with the AWS CLI', async () => {
    await using programs = await fakePrograms({ aws: 'echo aws-cli/2.27.1 Python/3.13' });
    const { code } = await runEntry('scripts/logs.ts', ['--stage', 'prod', '--follow'], {
      env: { PATH: programs.folder },
    });
    assert.equal(code, 0);
    assert.deepEqual(await programs.started(), [
      'aws --version',
      'aws logs tail /stampede/prod/app --format short --since 10m --follow',
    ]);
  });

  it('reads the journal instead when asked to', async () => {
    const { code, stderr } = await runEntry('scripts/logs.ts', ['--system', '--since', '2h', '--dry-run']);
    assert.equal(code, 0);
    assert.equal(stderr, '$ aws logs tail /stampede/dev/system --format short --since 2h\n');
  });

  it('says where to get the AWS CLI', async () => {
    const { code, stderr } = await runEntry('scripts/logs.ts', [], { env: { PATH: '/nonexistent' } });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^logs: reading logs needs aws, which is not on the PATH: install the AWS CLI, version 2: https/,
    );
  });

  it('refuses version 1 of the AWS CLI, which cannot tail logs', async () => {
    await using programs = await fakePrograms({ aws: 'echo aws-cli/1.42.3 Python/3.13' });
    const { code, stderr } = await runEntry('scripts/logs.ts', [], { env: { PATH: programs.folder } });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^logs: reading logs needs version 2 of the AWS CLI, and aws is aws-cli\/1\.42\.3 .*: install/,
    );
    assert.deepEqual(await programs.started(), ['aws --version']);
  });

  it('passes a filter pattern as one word', async () => {
    const { stderr } = await runEntry('scripts/logs.ts', [
      ...['--since', '1h', '--filter', '{ $.level = "error" }', '--dry-run'],
    ]);
    assert.equal(
      stderr,
      '$ aws logs tail /stampede/dev/app --format short --since 1h --filter-pattern \'{ $.level = "error" }\'\n',
    );
  });
});
