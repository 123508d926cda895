import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';

/** What a command printed, standard output and errors in one, and its exit code. */
export interface Printed {
  readonly code: number | undefined;
  readonly output: string;
}

/** Someone with an empty clone and an empty home. `folder` contains both. */
export function newcomer(folder: string) {
  const cwd = join(folder, 'stampede');
  const ownNode = process.env['PATH']?.split(':').filter((part) => !part.includes('node_modules'));
  const account = Object.keys(process.env).filter((name) => /^(AWS_|CDK_|NODE_(OPTIONS|TEST|COMPILE)|CI$)/.test(name));
  const env = {
    ...Object.fromEntries(account.map((name) => [name, undefined])),
    HOME: join(folder, 'home'),
    PATH: ownNode?.join(':'),
    // There is no instance role either; without this, the SDK asks for one and waits.
    AWS_EC2_METADATA_DISABLED: 'true',
  };

  return {
    cwd,
    /** Runs a line in a shell, and waits for its end. */
    async run(line: string): Promise<Printed> {
      const options = { cwd, env, all: true, reject: false, stdin: 'ignore', timeout: 240_000 } as const;
      const { exitCode: code, all: output } = await execa('bash', ['-c', line], options);
      return { code, output };
    },
    /** Starts a line on a terminal of its own, and resolves once it has printed what is expected. */
    async startOnTerminal(line: string, expected: RegExp) {
      const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
        cwd,
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      let output = '';
      for await (const [text] of on(child.stdout.setEncoding('utf8'), 'data', { close: ['end'] })) {
        output += text;
        if (expected.test(output)) break;
      }
      child.stdout.on('data', (text: string) => {
        output += text;
      });
      return {
        output: () => output,
        /** Presses Ctrl-C, and waits for the end. */
        async interrupt(): Promise<void> {
          child.stdin.write('\x03');
          await ended;
        },
      };
    },
  };
}
