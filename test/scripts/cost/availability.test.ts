import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AGREEMENTS, allOf, availabilities, availabilityText, oneOf } from '../../../scripts/cost/availability.ts';

const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

describe('the availability by AWS’s agreements', () => {
  it('is the product of what a request needs, and lower than each part', () => {
    close(allOf(0.9999, 0.999), 0.9999 * 0.999);
    const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(parts, (each) => {
        assert.ok(allOf(...each) <= Math.min(...each));
        assert.ok(oneOf(...each) >= Math.max(...each) - 1e-12);
      }),
    );
  });

  it('of recording counts table and spill bucket as one of which is enough', () => {
    const { loadBalancer, instances, kms } = AGREEMENTS;
    const { recording, reading } = availabilities();
    close(recording, loadBalancer.uptime * instances.uptime * kms.uptime * (1 - 0.0001 * 0.001));
    close(reading, loadBalancer.uptime * instances.uptime * kms.uptime * 0.9999);
  });

  it('of two regions fails only if both fail', () => {
    close(availabilities(2).recording, 1 - (1 - availabilities().recording) ** 2);
  });

  it('is never rounded up', () => {
    assert.equal(availabilityText(0.99979), '99.979 %, 1.8 hours a year');
    assert.equal(availabilityText(0.9999859), '99.9985 %, 7.4 minutes a year');
    assert.equal(availabilityText(0.99999989), '99.999989 %, 3.5 seconds a year');
    assert.equal(availabilityText(0.9966), '99.66 %, 29.8 hours a year');
  });

  it('is what docs/recovery.md says', () => {
    const page = readFileSync('docs/recovery.md', 'utf8');
    for (const regions of [1, 2])
      for (const value of Object.values(availabilities(regions)))
        assert.ok(page.includes(availabilityText(value)), availabilityText(value));
    for (const { source, version } of Object.values(AGREEMENTS))
      assert.ok(page.includes(`${source}) (${version})`), source);
  });
});
