import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { artilleryCommand, drillScript } from '../../../../scripts/drills/artillery/artillery.ts';
import { sendWriteToken } from '../../../../scripts/drills/artillery/hooks.js';

describe('drillScript', () => {
  const phases = [
    { name: 'steady', durationS: 60, fromPerS: 50, toPerS: 50 },
    { name: 'rise', durationS: 30, fromPerS: 50, toPerS: 500 },
  ];

  it('sends the phases to the target and records what was acknowledged', () => {
    const { config, scenarios } = drillScript({ target: 'https://example.org', phases }, '/run/acknowledged.txt');
    assert.equal(config.target, 'https://example.org');
    assert.deepEqual(config.phases, [
      { name: 'steady', duration: 60, arrivalRate: 50 },
      { name: 'rise', duration: 30, arrivalRate: 50, rampTo: 500 },
    ]);
    assert.deepEqual(config.variables, { acknowledgedFile: '/run/acknowledged.txt', keepEvery: 1 });
    assert.deepEqual(config.plugins, { periods: {} });
    assert.deepEqual(scenarios[0]?.flow, [
      { post: { url: '/app', headers: { accept: 'application/json' }, afterResponse: 'recordAcknowledged' } },
    ]);
  });

  it('sends a required token that is in the environment, not in the script', async () => {
    const script = drillScript({ target: 'https://example.org', phases, writeToken: 'a-token' }, 'y');
    assert.equal(script.scenarios[0]?.flow[0]?.post.beforeRequest, 'sendWriteToken');
    assert.doesNotMatch(JSON.stringify(script), /a-token/);
    process.env['WRITE_TOKEN'] = 'a-token';
    const request = { headers: { accept: 'application/json', authorization: '' } };
    await sendWriteToken(request, { vars: {} });
    assert.deepEqual(request.headers, { accept: 'application/json', authorization: 'Bearer a-token' });
    process.env['OTHER_TOKEN'] = 'another';
    await sendWriteToken(request, { vars: { tokenName: 'OTHER_TOKEN' } });
    assert.equal(request.headers.authorization, 'Bearer another');
  });

  it('waits longer than the server allows a request', () => {
    assert.equal(drillScript({ target: 'x', phases }, 'y').config.http.timeout, 11);
  });

  it('is run with a report', () => {
    assert.deepEqual(artilleryCommand('/a/run', 'script.json', 'report.json').slice(1), [
      '/a/run',
      'run',
      '--quiet',
      '--output',
      'report.json',
      'script.json',
    ]);
  });
});
