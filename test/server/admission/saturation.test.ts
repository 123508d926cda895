import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { watchSaturation } from '../../../server/admission/saturation.ts';

function blockTheLoop(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

/** Watches the event loop and returns the changes one by one. */
function watchChanges(test: TestContext, maxDelayMs: number) {
  let tell: (saturated: boolean) => void = () => {};
  const monitor = watchSaturation({ maxDelayMs, onChange: (saturated) => tell(saturated) });
  // The monitor's timers do not keep the process alive, and neither does a promise.
  const keepAlive = setInterval(() => {}, 10_000);
  test.after(() => {
    clearInterval(keepAlive);
    monitor.close();
  });
  const nextChange = () => new Promise<boolean>((resolve) => (tell = resolve));
  return { monitor, nextChange };
}

describe('the saturation monitor', { timeout: 10_000 }, () => {
  it('reports slow event loop iterations, and their recovery', async (test) => {
    const { monitor, nextChange } = watchChanges(test, 100);
    assert.equal(monitor.isSaturated(), false);

    await setTimeout(500); // Calm turns, which must not outweigh the long ones.
    let turns = 0;
    let busy = true;
    test.after(() => {
      busy = false;
    });
    const turn = () => {
      turns += 1;
      blockTheLoop(250);
      if (busy) setImmediate(turn);
    };
    turn();
    assert.equal(await nextChange(), true);
    assert.equal(monitor.isSaturated(), true);
    assert.ok(turns <= 6, `seen within 1.5 s, took ${turns} turns`);

    busy = false;
    assert.equal(await nextChange(), false);
    assert.equal(monitor.isSaturated(), false);
  });

  it('weighs iterations by their time, because more requests wait for a long one', {
    timeout: 10_000,
  }, async (test) => {
    const { nextChange } = watchChanges(test, 40);
    const saturated = nextChange();
    // A third of the time is calm, in many short iterations.
    const timer = setInterval(() => blockTheLoop(100), 150);
    test.after(() => clearInterval(timer));
    assert.equal(await saturated, true);
  });

  it('ignores one pause, however long: it is over when it is measured', async (test) => {
    const changes: boolean[] = [];
    const delays: number[] = [];
    const { promise: measured, resolve } = Promise.withResolvers<void>();
    const monitor = watchSaturation({
      maxDelayMs: 100,
      onChange: (saturated) => changes.push(saturated),
      onSample: (delayMs) => {
        delays.push(delayMs);
        if (delays.some((each) => each > 100) && delays.length >= 5) resolve();
      },
    });
    const keepAlive = setInterval(() => {}, 10_000);
    test.after(() => {
      clearInterval(keepAlive);
      monitor.close();
    });
    await setTimeout(50);
    blockTheLoop(1_000);
    await measured;
    assert.deepEqual(changes, []);
  });

  it('does not keep the process alive', () => {
    const program = `import { setTimeout } from 'node:timers/promises';
import { watchSaturation } from './server/admission/saturation.ts'; watchSaturation({ maxDelayMs: 100 });`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 8_000 });
    assert.equal(status, 0);
  });
});
