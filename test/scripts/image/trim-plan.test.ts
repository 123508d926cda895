import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planTrim, usesByVersions } from '../../../scripts/image/trim-plan.ts';

const template = {
  id: 'lt-1',
  defaultVersion: 1,
  latestVersion: 5,
  tags: { Service: 'stampede' },
  versions: [1, 2, 3, 4, 5].map((number) => ({ number, imageId: `ami-0000000${number}` })),
};
const group = (version: string, isRefreshing = false) => ({
  by: 'Auto Scaling group app',
  isRefreshing,
  templates: [{ id: 'lt-1', version }],
});
const instance = (version: string) => ({
  imageId: 'ami-00000001',
  by: 'instance i-1',
  template: { id: 'lt-1', version },
});

/** Versions that may be deleted. */
const unused = (launches: Partial<Parameters<typeof planTrim>[0]>) =>
  planTrim({ templates: [template], groups: [], instances: [], ...launches }, 'stampede')
    .filter(({ keptBecause }) => keptBecause === undefined)
    .map(({ number }) => number);

describe('the launch template versions that nothing uses', () => {
  it('are all but the default and the latest one, when nothing was launched', () => {
    assert.deepEqual(unused({}), [2, 3, 4]);
  });

  it('are not those of a group, by number or by name', () => {
    assert.deepEqual(unused({ groups: [group('3')] }), [2, 4]);
    assert.deepEqual(unused({ groups: [group('$Latest'), group('$Default')] }), [2, 3, 4]);
  });

  it('are not those from which an instance was launched', () => {
    assert.deepEqual(unused({ instances: [instance('4')] }), [2, 3]);
  });

  it('are none while a group of the template is being refreshed', () => {
    assert.deepEqual(unused({ groups: [group('5', true)] }), []);
  });

  it('are none of another service', () => {
    assert.deepEqual(unused({ templates: [{ ...template, tags: {} }] }), []);
  });

  it('do not keep their images', () => {
    const decisions = planTrim({ templates: [template], groups: [group('3')], instances: [] }, 'stampede');
    assert.deepEqual(
      usesByVersions(decisions).map(({ imageId, by }) => `${imageId} ${by}`),
      [1, 3, 5].map((number) => `ami-0000000${number} launch template lt-1 version ${number}`),
    );
  });
});
