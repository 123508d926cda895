import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Undo, withUndo } from '../../../scripts/cli/undo.ts';

describe('undo', () => {
  it('runs every step, the last first, once', async () => {
    const taken: string[] = [];
    await withUndo(async (undo) => {
      undo.later('first', () => void taken.push('first'));
      undo.later('second', async () => void taken.push('second'));
      await undo.run();
    });
    assert.deepEqual(taken, ['second', 'first']);
  });

  it('runs every step when the action fails, and rejects with that failure', async () => {
    const taken: string[] = [];
    const failing = withUndo(async (undo) => {
      undo.later('made', () => void taken.push('made'));
      throw new Error('the bake failed');
    });
    await assert.rejects(failing, /the bake failed/);
    assert.deepEqual(taken, ['made']);
  });

  it('goes on when a step fails', async (context) => {
    const printed = context.mock.method(console, 'error', () => {});
    const undo = new Undo();
    const taken: string[] = [];
    undo.later('the mount', () => void taken.push('mount'));
    undo.later('the namespace', () => Promise.reject(new Error('busy')));
    await undo.run();
    assert.deepEqual(taken, ['mount']);
    assert.deepEqual(printed.mock.calls[0]?.arguments, ['could not remove the namespace: busy']);
  });

  it('stops what makes things in the background before it removes anything', async () => {
    const taken: string[] = [];
    const undo = new Undo();
    undo.first('the group', () => void taken.push('group'));
    undo.later('an instance', () => void taken.push('instance'));
    await undo.run();
    assert.deepEqual(taken, ['group', 'instance']);
  });

  it('refuses new steps after the cleanup has begun', async () => {
    const undo = new Undo();
    await undo.run();
    assert.throws(() => undo.later('an instance', () => {}), /an instance is not created: the cleanup has begun/);
  });

  it('waits on Ctrl-C for what is being made', async () => {
    const halfMade = "await new Promise((resolve) => setTimeout(resolve, 300)); console.log('made');";
    const { printed } = await runWithUndo(halfMade, 'SIGINT', "undo.later('z', () => {});");
    assert.equal(printed, 'ready\nmade\nremoved\n');
  });

  it('runs every step on Ctrl-C, then exits with 130', async () => {
    assert.deepEqual(await runWithUndo('', 'SIGINT'), { code: 130, printed: 'ready\nremoved\n' });
  });

  it('finishes the cleanup although something fails meanwhile', async () => {
    const vanishing = `undo.later('y', async () => {
      Promise.reject(new Error('it is gone'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    });`;
    assert.deepEqual(await runWithUndo(vanishing, 'SIGINT'), { code: 130, printed: 'ready\nremoved\n' });
  });

  it('runs every step when a promise that nobody awaits is rejected, then exits with 1', async () => {
    const crash = "Promise.reject(new Error('unexpected'));";
    assert.deepEqual(await runWithUndo(crash), { code: 1, printed: 'ready\nremoved\n' });
  });
});

/** Runs an action in a process of its own, which may be sent a signal once it is ready. */
async function runWithUndo(statements: string, signal?: NodeJS.Signals, more = '') {
  const script = `
    import { withUndo } from '${import.meta.resolve('../../../scripts/cli/undo.ts')}';
    await withUndo(async (undo) => {
      undo.later('x', async () => console.log('removed'));
      console.log('ready');
      ${statements}
      ${more}
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const printed: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed.push(chunk);
    if (signal && chunk.includes('ready')) child.kill(signal);
  });
  const [code] = await once(child, 'close');
  return { code, printed: printed.join('') };
}
