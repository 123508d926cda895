import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rehearsalScript } from '../../../../scripts/drills/artillery/artillery.ts';
import { CLIENT_LOAD } from '../../../../scripts/drills/rehearsal/clients.ts';

describe('rehearsalScript', () => {
  it('posts at a constant rate and records each request, each answer and each failure', () => {
    const { config, scenarios } = rehearsalScript({ target: 'http://10.0.0.10', phases: [CLIENT_LOAD] }, '/notes');
    assert.deepEqual(
      config.phases.map(({ arrivalRate }) => arrivalRate),
      [20],
    );
    assert.equal(config.variables['notesFile'], '/notes');
    const { beforeRequest, afterResponse } = scenarios[0]?.flow[0]?.post ?? {};
    assert.deepEqual([beforeRequest, afterResponse, scenarios[0]?.onError], ['noteSent', 'noteAnswer', 'noteError']);
  });
});
