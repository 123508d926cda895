import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { MACHINES_PRELOAD } from '../../../../scripts/drills/artillery/artillery.ts';

/** What artillery does with the event emitter that it finds, once its standard input has ended. */
const ARTILLERY = `
  const keepAlive = setInterval(() => {}, 60_000);
  process.stdin.resume().on('end', () => {
    const { globalEvents } = globalThis.artillery;
    globalEvents.emit('phaseStarted', { index: 0 });
    globalEvents.emit('phaseStarted', { index: 1 });
    globalEvents.emit('stats', { counters: {}, summaries: {}, histograms: {} });
    globalEvents.emit('stats', { counters: { a: 1 }, summaries: {}, firstCounterAt: 1, lastCounterAt: 2, rates: {} });
    clearInterval(keepAlive);
  });`;

function startArtillery() {
  const args = ['--import', MACHINES_PRELOAD, '--eval', ARTILLERY];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit', 'pipe'] });
  return { stdin: child.stdin as Writable, reports: child.stdio[3] as Readable, closed: once(child, 'close') };
}

describe('artillery on several machines', () => {
  it('reports once that the load has started, and then each period that has requests', async () => {
    const { stdin, reports, closed } = startArtillery();
    const reported = text(reports);
    stdin.end();
    const period = '{"firstCounterAt":1,"lastCounterAt":2,"counters":{"a":1},"summaries":{}}';
    assert.equal(await reported, `started\n${period}\n`);
    assert.deepEqual(await closed, [0, null]);
  });

  it('ends itself, and with it the machines, when the drill was killed', async () => {
    const { stdin, reports, closed } = startArtillery();
    reports.destroy();
    stdin.end();
    assert.deepEqual(await closed, [null, 'SIGTERM']);
  });
});
