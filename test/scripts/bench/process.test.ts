import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { BenchProcess } from '../../../scripts/bench/process.ts';

function start(t: TestContext, program: string): BenchProcess {
  const child = new BenchProcess({ role: 'backend', line: [process.execPath, '-e', program], channel: true });
  t.after(() => child[Symbol.asyncDispose]());
  return child;
}

describe('a process of the benchmark', () => {
  it('keeps messages until they are asked for', async (t) => {
    const child = start(
      t,
      'process.on("SIGTERM", () => process.send(2, () => process.exit())); process.send(1); setInterval(() => {}, 1000)',
    );
    assert.equal(await child.nextMessage(), 1);
    await child[Symbol.asyncDispose]();
    assert.equal(await child.nextMessage(), 2);
  });

  it('reports its end when a message is awaited', async (t) => {
    const child = start(t, 'process.exit(3)');
    await assert.rejects(child.nextMessage(), { name: 'OperatorError', message: /ended \(3\) during the benchmark/ });
  });
});
