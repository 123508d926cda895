import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';

/** The pages' scripts are plain JavaScript, outside the type checker. */
const script = (name: string) => import(new URL(`../../../server/http/pages/assets/${name}`, import.meta.url).href);
const { ApiError, backoffMs, isRepeatable, newKey, recordTimestamp, repeat } = await script('api.js');
const { clockText, plotPoints, rateText, spillText } = await script('plot.js');
const { readEvents, splitEvents } = await script('stream.js');
const { countByInstance, createTones, detailsText, mergeLatest, timeParts } = await script('records.js');

interface Row {
  readonly id: string;
}

describe('mergeLatest', () => {
  const rows = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 40 });

  it('returns the newest records without duplicates, however they are split over the answers', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), fc.nat(30), (ids, seen, limit) => {
        const records: Row[] = ids.map((id) => ({ id }));
        const known = records.filter((_, index) => seen[index]);
        const expected = ids.toSorted((a, b) => (a < b ? 1 : -1)).slice(0, limit);
        assert.deepEqual(
          mergeLatest(known, records, limit).map((record: Row) => record.id),
          expected,
        );
      }),
    );
  });
});

describe('countByInstance', () => {
  it('counts the records of each instance, ordered by name', () => {
    const counted = countByInstance([{ instance: 'b' }, { instance: 'a' }, { instance: 'b' }]);
    assert.deepEqual(counted, [
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('timeParts', () => {
  it('splits a time into date, clock, milliseconds and microseconds', () => {
    assert.deepEqual(timeParts('2026-11-21T07:45:00.123456Z'), {
      date: '2026-11-21',
      clock: '07:45:00',
      millis: '123',
      micros: '456',
      withinSecond: 0.123456,
    });
  });
});

describe('detailsText', () => {
  it('shows the error in milliseconds, or says that it is unknown', () => {
    assert.equal(detailsText({ errorMicros: 362 }), '± 0.362 ms');
    assert.equal(detailsText({ errorMicros: null }), 'The error of this time is unknown');
  });

  it('names the region, if there are several', () => {
    assert.equal(detailsText({ errorMicros: 362, region: 'eu-west-1' }), '± 0.362 ms. Written in eu-west-1');
  });
});

describe('createTones', () => {
  it('assigns up to eight instances different tones, and always the same ones', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 }), (instances) => {
        const toneOf = createTones();
        const tones = instances.map(toneOf);
        assert.equal(new Set(tones).size, instances.length);
        assert.deepEqual(instances.map(toneOf), tones);
      }),
    );
  });

  it('also works with more instances than tones', () => {
    const toneOf = createTones();
    for (let i = 0; i < 30; i++) assert.match(toneOf(`i-${i}`), /^tone-[0-7]$/);
  });
});

describe('ApiError', () => {
  const error = (headers: Record<string, string>, problem: object) =>
    new ApiError(new Response('', { status: 503, headers }), problem);

  it('has the detail and the Retry-After of the answer', () => {
    const { message, status, retryAfterS } = error({ 'retry-after': '3' }, { detail: 'it is logged.' });
    assert.deepEqual([message, status, retryAfterS], ['it is logged', 503, 3]);
  });

  it('accepts an answer without problem details and a Retry-After that is not a number', () => {
    const { message, retryAfterS } = error({ 'retry-after': 'Sat, 21 Nov 2026 12:00:00 GMT' }, {});
    assert.deepEqual([message, retryAfterS], ['the server answered 503', 0]);
    assert.equal(error({}, {}).retryAfterS, 0);
  });
});

describe('repeat', () => {
  const pace = { intervalMs: 2_000, longestMs: 60_000 };

  /** Runs `task` a number of times and returns the length of each pause. */
  const pauses = async (turns: number, task: (turn: number) => void): Promise<number[]> => {
    const running = new AbortController();
    const waits: number[] = [];
    const wait = async (ms: number) => {
      if (waits.push(ms) === turns) running.abort();
    };
    await repeat(async () => task(waits.length), { ...pace, signal: running.signal, onFailure: () => undefined }, wait);
    return waits;
  };

  it('waits for the interval while the task succeeds', async () => {
    assert.deepEqual(await pauses(3, () => undefined), [2_000, 2_000, 2_000]);
  });

  it('waits longer after each failure, and returns to the interval', async () => {
    const failing = (turn: number) => {
      if (turn < 6) throw new Error('down');
    };
    assert.deepEqual(await pauses(7, failing), [4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 2_000]);
  });

  it('waits at least as long as the server asks', () => {
    assert.equal(backoffMs(1, pace, 90), 90_000);
    assert.equal(backoffMs(1, pace, 1), 4_000);
  });

  it('ends a pause at once when aborted, and reports no failure of an aborted task', async () => {
    const running = new AbortController();
    const failures: unknown[] = [];
    const ended = repeat(async () => undefined, { ...pace, signal: running.signal, onFailure: () => undefined });
    setImmediate(() => running.abort());
    await ended;
    const cut = new AbortController();
    const task = (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const cutOff = repeat(task, { ...pace, signal: cut.signal, onFailure: (error: unknown) => failures.push(error) });
    cut.abort();
    await cutOff;
    assert.deepEqual(failures, []);
  });
});

describe('recordTimestamp', () => {
  it('sends a key in quotes, so that the server records a repeated attempt once', async (t) => {
    const sent: RequestInit[] = [];
    t.mock.method(globalThis, 'fetch', async (_url: string, options: RequestInit) => {
      sent.push(options);
      return Response.json({ id: 'x' }, { status: 201 });
    });
    const key = newKey();
    await recordTimestamp('a-token', key);
    assert.match(key, /^[0-9a-f]{32}$/);
    assert.notEqual(newKey(), key);
    assert.deepEqual(sent[0]?.headers, {
      accept: 'application/json',
      authorization: 'Bearer a-token',
      'idempotency-key': `"${key}"`,
    });
  });

  it('is repeated with its key if the server may have recorded the timestamp', () => {
    for (const status of [undefined, 401, 409, 429, 500, 503]) assert.equal(isRepeatable({ status }), true);
    for (const status of [400, 406, 413, 422]) assert.equal(isRepeatable({ status }), false);
  });
});

describe('plotPoints', () => {
  it('draws the rates from left to right, the highest at the top', () => {
    assert.equal(plotPoints([0, 5, 10, 2.5], { width: 30, height: 40 }), '0,40 10,20 20,0 30,30');
  });

  it('draws a line at the bottom if nothing was recorded', () => {
    assert.equal(plotPoints([0, 0], { width: 10, height: 4 }), '0,4 10,4');
  });
});

describe('the texts of the state', () => {
  it('have units, and say what is unknown', () => {
    assert.deepEqual([0, 2.5, 9.96, 1_234.5].map(rateText), ['0 /s', '2.5 /s', '10 /s', '1235 /s']);
    assert.deepEqual([362, null].map(clockText), ['± 0.362 ms', 'unknown']);
    assert.deepEqual([0, 12, null].map(spillText), ['nothing', 'oldest 12 s ago', 'unknown']);
  });
});

describe('readEvents', () => {
  const news = (value: number) => `event: news\ndata: {"value":"a: ${value}"}\n\n`;

  function answerWith(t: TestContext, parts: readonly string[], { status = 200, ends = true } = {}) {
    const requests: RequestInit[] = [];
    t.mock.method(globalThis, 'fetch', async (_url: string, options: RequestInit) => {
      requests.push(options);
      const body = new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
          options.signal?.addEventListener('abort', () => controller.error(options.signal?.reason));
          if (ends) controller.close();
        },
      });
      return new Response(body, { status, headers: { 'retry-after': '5' } });
    });
    return requests;
  }

  const read = (onEvent: (name: string, data: unknown) => void = () => {}) =>
    readEvents('/live', { token: 'a-token', signal: new AbortController().signal, onEvent });

  it('returns each event, however the stream is divided, and ends with the stream', async (t) => {
    const text = `${news(1)}event: paused\ndata: {}\n\n${news(2)}`;
    const requests = answerWith(t, [text.slice(0, 5), text.slice(5, 30), text.slice(30)]);
    const events: unknown[] = [];
    await read((name, data) => events.push([name, data]));
    assert.deepEqual(events, [
      ['news', { value: 'a: 1' }],
      ['paused', {}],
      ['news', { value: 'a: 2' }],
    ]);
    assert.deepEqual(requests[0]?.headers, { accept: 'text/event-stream', authorization: 'Bearer a-token' });
  });

  it('rejects with the status and the Retry-After of a refusal', async (t) => {
    answerWith(t, ['{"detail":"this process already serves 100 streams"}'], { status: 503 });
    await assert.rejects(read(), { status: 503, retryAfterS: 5, message: 'this process already serves 100 streams' });
  });

  it('gives up a stream that sends nothing', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    answerWith(t, [news(1)], { ends: false });
    const { promise, resolve } = Promise.withResolvers<void>();
    const reading = read(() => resolve());
    await promise;
    t.mock.timers.tick(15_000);
    await assert.rejects(reading, /the server has sent nothing for too long/);
  });

  it('leaves a stream that it cannot read, so that the server does not send on', async (t) => {
    const requests = answerWith(t, ['event: news\ndata: {\n\n'], { ends: false });
    await assert.rejects(read(), SyntaxError);
    assert.equal(requests[0]?.signal?.aborted, true);
  });

  it('keeps an incomplete event for later', () => {
    assert.deepEqual(splitEvents('event: news\nda'), { events: [], rest: 'event: news\nda' });
  });
});
