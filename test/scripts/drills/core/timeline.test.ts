import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Timeline } from '../../../../scripts/drills/core/timeline.ts';

describe('Timeline', () => {
  it('records events by their second and says which of them detected the fault', (context) => {
    context.mock.method(console, 'error', () => {});
    const timeline = new Timeline(Date.now() - 7_000);
    timeline.log('target down', true);
    assert.deepEqual(timeline.events, [{ second: 7, text: 'target down', detection: true }]);
  });

  it('records a fault from its begin to its end, at least for one second', (context) => {
    context.mock.method(console, 'error', () => {});
    const timeline = new Timeline(Date.now() - 7_000);
    const end = timeline.beginFault('power is cut');
    assert.deepEqual([timeline.events[0]?.text, timeline.faults], ['fault: power is cut', []]);
    end();
    assert.deepEqual(timeline.faults, [{ fromS: 7, toS: 8, text: 'power is cut' }]);
  });

  it('joins what clients saw with the fleet of the same second', () => {
    const timeline = new Timeline(Date.now() - 3_000);
    timeline.seeFleet({ desired: 3, inService: 2, cpuPercent: 55 });
    const [second2, second3] = [2, 3].map((second) => ({ second, requestsPerS: 1, errorsPerS: 0 }));
    assert.ok(second2 && second3);
    assert.deepEqual(timeline.join([second2, second3]), [
      second2,
      { ...second3, desired: 3, inService: 2, cpuPercent: 55 },
    ]);
  });
});
