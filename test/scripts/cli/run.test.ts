import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError } from '../../../scripts/cli/errors.ts';
import { type CommandLine, capture, commandText, run } from '../../../scripts/cli/run.ts';

const node = (code: string): CommandLine => [process.execPath, '-e', code];

describe('commandText', () => {
  it('quotes only what a shell would split or expand', () => {
    const line: CommandLine = ['ssh', '-o', 'ProxyCommand=aws ssm %h', 'admin@i-1', "it's"];
    assert.equal(commandText(line), "ssh -o 'ProxyCommand=aws ssm %h' admin@i-1 'it'\\''s'");
  });
});

describe('run', () => {
  it('prints the command line first', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    const line = node('process.exit(0)');
    await run(line);
    assert.deepEqual(printed.mock.calls[0]?.arguments, [`$ ${commandText(line)}`]);
  });

  it('rejects with exit code and command line', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(node('process.exit(7)')), /exited with 7; .* Command: .*process\.exit\(7\)/);
  });

  it('tells when a signal ended the program', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(node('process.kill(process.pid, "SIGTERM")')), /was ended by SIGTERM/);
  });

  it('says what is missing when the program is not installed', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(['no-such-program']), (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, /no-such-program cannot be started .*ENOENT.*is it installed/);
      return true;
    });
  });

  it('starts nothing in a dry run', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await run(['no-such-program', 'now'], { dryRun: true });
    assert.deepEqual(printed.mock.calls[0]?.arguments, ['$ no-such-program now']);
  });
});

describe('capture', () => {
  it('returns standard output and passes the added environment', async (t) => {
    t.mock.method(console, 'error', () => {});
    assert.equal(await capture(node('process.stdout.write(process.env.WORD)'), { env: { WORD: 'hello' } }), 'hello');
  });
});
