import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { noteAnswer, noteError, noteSent } from '../../../../scripts/drills/artillery/hooks.js';
import {
  acknowledgedIn,
  compareWithTable,
  observationsOf,
  requestLog,
  statusCheck,
} from '../../../../scripts/drills/rehearsal/answers.ts';

const START_MS = 1_000_000;

describe('observationsOf', () => {
  it('counts requests, failures and latencies second by second, and includes seconds without requests', () => {
    const answers = [
      { sentAtMs: START_MS, atMs: START_MS, status: 201, ms: 10, timestamp: 't1' },
      { sentAtMs: START_MS, atMs: START_MS + 999, status: 503, ms: 30 },
      { sentAtMs: START_MS, atMs: START_MS + 2_000, status: 0, ms: 0 },
    ];
    assert.deepEqual(observationsOf(answers, START_MS), [
      { second: 0, requestsPerS: 2, errorsPerS: 1, p50Ms: 30, p95Ms: 30, p99Ms: 30 },
      { second: 1, requestsPerS: 0, errorsPerS: 0 },
      { second: 2, requestsPerS: 1, errorsPerS: 1 },
    ]);
  });

  it('is empty without answers', () => {
    assert.deepEqual(observationsOf([], START_MS), []);
  });
});

describe('statusCheck', () => {
  const answers = (...statuses: number[]) =>
    statuses.map((status) => ({ sentAtMs: START_MS, atMs: START_MS, ms: 1, status }));
  const expected = { all: [201, 202], some: 202 };

  it('passes if all answers have one of the statuses, and some the one that shows the fault', () => {
    const { passed, measured } = statusCheck(answers(201, 202, 202), expected);
    assert.deepEqual([passed, measured], [true, '1 × 201, 2 × 202']);
  });

  it('fails for another status, for no answer, and if the fault had no effect', () => {
    assert.equal(statusCheck(answers(201, 202, 429), expected).passed, false);
    assert.equal(statusCheck(answers(201, 201), expected).passed, false);
    assert.equal(statusCheck([], expected).passed, false);
    const { passed, measured } = statusCheck(answers(202, 0), expected);
    assert.deepEqual([passed, measured], [false, '1 × none, 1 × 202']);
  });
});

describe('acknowledgedIn', () => {
  it('takes the timestamps of answers that have one', () => {
    const answer = { sentAtMs: START_MS, atMs: START_MS, ms: 1 };
    assert.deepEqual(
      acknowledgedIn([
        { ...answer, status: 503 },
        { ...answer, status: 201, timestamp: 't' },
      ]),
      ['t'],
    );
  });
});

describe('compareWithTable', () => {
  it('counts an acknowledged timestamp that is not in the table as lost', () => {
    assert.deepEqual(compareWithTable(['a', 'b'], ['a']), { acknowledged: 2, stored: 1 });
  });

  it('counts a stored timestamp for one acknowledged timestamp only', () => {
    assert.deepEqual(compareWithTable(['a', 'a'], ['a']), { acknowledged: 2, stored: 1 });
  });

  it('ignores stored timestamps whose answers were lost', () => {
    assert.deepEqual(compareWithTable(['a'], ['a', 'b']), { acknowledged: 1, stored: 1 });
  });
});

async function makeNotes(context: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'notes-'));
  const path = join(directory, 'requests.notes');
  const file = await open(path, 'w+');
  context.after(async () => {
    await file.close();
    await rm(directory, { recursive: true });
  });
  return { notes: requestLog(file), path };
}

describe('requestLog', () => {
  it('reads what the hooks of artillery write', async (context) => {
    const { notes, path } = await makeNotes(context);
    const [first, second] = [{ vars: { notesFile: path } }, { vars: { notesFile: path } }];
    await noteSent({}, first);
    await noteSent({}, second);
    await noteAnswer({}, { statusCode: 201, body: '{"timestamp":"t"}', timings: { phases: { total: 7.4 } } }, first);
    await noteError({ code: 'ECONNRESET' }, {}, second);
    await notes.read();
    assert.equal(notes.sentAtMs.length, 2);
    const answers = notes.answers.map(({ status, ms, timestamp }) => [status, ms, timestamp]);
    assert.deepEqual(answers, [
      [201, 7, 't'],
      [0, 0, undefined],
    ]);
  });

  it('waits for the rest of an incomplete line', async (context) => {
    const { notes, path } = await makeNotes(context);
    await appendFile(path, '{"sentAtMs":1}\n{"sent');
    await notes.read();
    assert.deepEqual(notes.sentAtMs, [1]);
    await appendFile(path, 'AtMs":2}\n');
    await notes.read();
    assert.deepEqual(notes.sentAtMs, [1, 2]);
  });

  it('counts a request to the span in which it was sent, and counts those without an answer', async (context) => {
    const { notes, path } = await makeNotes(context);
    await appendFile(path, '{"sentAtMs":5}\n{"sentAtMs":9}\n{"sentAtMs":10}\n');
    await appendFile(path, '{"sentAtMs":9,"atMs":30,"status":503,"ms":21}\n');
    await notes.read();
    assert.equal(notes.openIn(0, 10), 1);
    assert.deepEqual(
      notes.answersTo(0, 10).map(({ sentAtMs }) => sentAtMs),
      [9],
    );
  });
});
