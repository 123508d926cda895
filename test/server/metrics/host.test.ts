import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sampleEventLoop } from '../../../server/metrics/event-loop.ts';
import { createHostCpuSampler } from '../../../server/metrics/host-cpu.ts';
import { readHostMemory } from '../../../server/metrics/host-memory.ts';

const scratch = await mkdtemp(join(tmpdir(), 'stampede-host-'));
after(() => rm(scratch, { recursive: true }));

describe('the event-loop sampler', { timeout: 10_000 }, () => {
  it('reports the longest delay and the utilisation of the event loop', async () => {
    const samples: [number, number][] = [];
    const sampled = new EventEmitter();
    const stop = sampleEventLoop(200, (delayMs, percent) => {
      sampled.emit(String(samples.push([delayMs, percent])));
    });
    const blocking = setInterval(() => {
      const endMs = performance.now() + 150;
      while (performance.now() < endMs);
    }, 40);
    await once(sampled, '2');
    clearInterval(blocking);
    const calm = setInterval(() => {}, 50);
    await once(sampled, '4');
    clearInterval(calm);
    stop();
    const [delayMs = 0, percent = 0] = samples[1] ?? [];
    assert.ok(delayMs > 100 && delayMs < 1_000, `delay ${delayMs} ms`);
    assert.ok(percent > 40 && percent <= 100, `busy ${percent} %`);
    const [, calmPercent = 100] = samples[3] ?? [];
    assert.ok(calmPercent < 25, `busy ${calmPercent} % when calm`);
  });
});

describe('the host CPU sampler', () => {
  it('reports the use of the processors since the last sample', async () => {
    const path = join(scratch, 'stat');
    const sample = createHostCpuSampler(path);
    await writeFile(path, 'cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n');
    assert.deepEqual(await sample(), { busyPercent: 20, ioWaitPercent: 10 });
    await writeFile(path, 'cpu  150 10 110 715 105 5 3 2 90 0\n');
    assert.deepEqual(await sample(), { busyPercent: 80, ioWaitPercent: 5 });
    assert.equal(await sample(), undefined, 'no time has passed');
  });

  it('reads this host, and returns nothing if there is nothing to read', async () => {
    const sample = await createHostCpuSampler()();
    if (process.platform === 'linux') assert.ok(sample && sample.busyPercent > 0 && sample.busyPercent < 100);
    assert.equal(await createHostCpuSampler(join(scratch, 'missing'))(), undefined);
  });
});

describe('the memory of the host', () => {
  it('counts caches that the kernel frees on demand as available', async () => {
    const path = join(scratch, 'meminfo');
    await writeFile(path, 'MemTotal:        2000000 kB\nMemFree:          100000 kB\nMemAvailable:    1500000 kB\n');
    assert.equal(await readHostMemory(path), 25);
  });

  it('is that of this host, and unknown if there is nothing to read', async () => {
    const percent = await readHostMemory();
    if (process.platform === 'linux') assert.ok(percent && percent > 0 && percent < 100, String(percent));
    assert.equal(await readHostMemory(join(scratch, 'missing')), undefined);
    await writeFile(join(scratch, 'strange'), 'MemTotal: many kB\n');
    assert.equal(await readHostMemory(join(scratch, 'strange')), undefined);
  });
});
