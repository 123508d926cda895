import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Child } from '../../../scripts/bench/processes/child.ts';

const start = (t: TestContext, program: string): Child => {
  const child = new Child({ role: 'backend', line: [process.execPath, '-e', program], env: {}, channel: true });
  t.after(() => child.stop());
  return child;
};

describe('a process of the benchmark', () => {
  it('loses no message that comes before it is asked for', async (t) => {
    const child = start(
      t,
      'process.on("SIGTERM", () => process.send(2, () => process.exit())); process.send(1); setInterval(() => {}, 1000)',
    );
    assert.equal(await child.nextMessage(), 1);
    await child.stop();
    assert.equal(await child.nextMessage(), 2);
  });

  it('says that it ended when a message is awaited', async (t) => {
    const child = start(t, 'process.exit(3)');
    await assert.rejects(child.nextMessage(), { name: 'OperatorError', message: /ended \(3\) during the benchmark/ });
  });
});
