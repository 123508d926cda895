import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { greeting } from '../../server/greeting.ts';
import { terminalLine } from '../../server/terminal-log.ts';

const line = (fields: object) =>
  terminalLine(
    JSON.stringify({ level: 'info', time: '2026-11-21T07:45:00.123Z', worker: 4, msg: 'request', ...fields }),
  );

describe('the log on a terminal', () => {
  it('shows time, level and message, then the facts', () => {
    assert.equal(
      line({ method: 'POST', url: '/app', status: 201, ms: 3.2 }),
      '07:45:00.123 info  request method=POST url=/app status=201 ms=3.2\n',
    );
  });

  it('shows texts with spaces, lists and objects as JSON', () => {
    assert.equal(
      line({ level: 'warn', msg: 'late', why: 'no answer', of: ['a', 1], at: { x: null } }),
      '07:45:00.123 warn  late why="no answer" of=["a",1] at={"x":null}\n',
    );
  });

  it('shows the stack of an error on lines of its own', () => {
    assert.equal(
      line({ level: 'fatal', msg: 'crashed', err: { type: 'Error', stack: 'Error: no\n    at main' } }),
      '07:45:00.123 fatal crashed\nError: no\n    at main\n',
    );
  });
});

describe('the greeting on a terminal', () => {
  const embedded = { host: undefined, tableName: undefined, dataDir: '.data' };

  it('has an address to open, a first request, and the place of the data', () => {
    assert.equal(
      greeting(embedded, 8080),
      [
        '',
        '  Stampede answers at http://localhost:8080/',
        '  Record a timestamp:  curl -X POST http://localhost:8080/app',
        '  It is stored in the embedded database in .data. Press Ctrl-C to stop.',
        '',
      ].join('\n'),
    );
  });

  it('names a given address and table', () => {
    for (const host of ['0.0.0.0', '::']) assert.match(greeting({ ...embedded, host }, 1), /at http:\/\/localhost:1\//);
    assert.match(greeting({ ...embedded, host: '::1' }, 1), /at http:\/\/\[::1\]:1\//);
    assert.match(greeting({ ...embedded, host: '10.0.0.1', tableName: 'orders' }, 1), /10\.0\.0\.1.*the table orders/s);
  });
});
