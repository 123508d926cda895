import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseClockErrorBoundMs, readClockErrorBoundMs } from '../../../server/metrics/clock-error.ts';
import { sampleEventLoop } from '../../../server/metrics/event-loop.ts';
import { createHostCpuSampler } from '../../../server/metrics/host-cpu.ts';

const scratch = await mkdtemp(join(tmpdir(), 'stampede-host-'));
after(() => rm(scratch, { recursive: true }));

/** A line of `chronyc -c tracking` on an instance with the Amazon Time Sync Service. */
const TRACKING =
  'A9FEA97B,169.254.169.123,4,1795261637.123456789,-0.000012000,0.000001500,0.000009000,-12.345,0.001,0.050,0.000400000,0.000150000,16.2,Normal\n';

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

describe('the clock error bound', () => {
  it('is |offset| + root dispersion + root delay / 2', () => {
    assert.equal(parseClockErrorBoundMs(TRACKING)?.toFixed(6), '0.362000');
  });

  it('is unknown for any other input', () => {
    for (const text of ['', '506 Cannot talk to daemon\n', 'a,b,c,d,e,f,g,h,i,j,k,l,m,n']) {
      assert.equal(parseClockErrorBoundMs(text), undefined, text);
    }
  });

  it('is read from chronyc, and unknown if chronyc is absent or fails', async () => {
    const chronyc = join(scratch, 'chronyc');
    await writeFile(chronyc, `#!/bin/sh\n[ "$*" = "-n -c tracking" ] && echo '${TRACKING.trim()}'\n`);
    await chmod(chronyc, 0o755);
    assert.equal((await readClockErrorBoundMs(chronyc))?.toFixed(3), '0.362');
    await writeFile(chronyc, '#!/bin/sh\necho 506 Cannot talk to daemon; exit 1\n');
    assert.equal(await readClockErrorBoundMs(chronyc), undefined);
    assert.equal(await readClockErrorBoundMs(join(scratch, 'absent')), undefined);
  });
});
