import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../../server/errors.ts';
import { createFeed } from '../../../../server/http/live/feed.ts';
import type { LiveNews } from '../../../../server/http/schemas.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

/** A feed whose table has the records with these ids, newest first. */
function setUp({ maxSubscribers = 10 } = {}) {
  const table = { ids: ['b', 'a'], reads: 0, error: undefined as Error | undefined, overloaded: false };
  const defects: unknown[] = [];
  const { runtime, pass } = createVirtualTime();
  const feed = createFeed({
    readNews: async () => {
      table.reads += 1;
      if (table.error) throw table.error;
      return { timestamps: table.ids.map((id) => ({ id })) } as unknown as LiveNews;
    },
    isOverloaded: () => table.overloaded,
    onDefect: (error) => defects.push(error),
    runtime,
    maxSubscribers,
  });
  /** A subscriber and its events: the ids of news, or `paused`. */
  const subscribe = () => {
    const events: (string | string[])[] = [];
    const unsubscribe = feed.subscribe({
      send(event) {
        const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(event) ?? [];
        events.push(name === 'news' ? (JSON.parse(data) as LiveNews).timestamps.map(({ id }) => id) : name);
      },
      end: () => events.push('end'),
    });
    return { events, unsubscribe };
  };
  return { table, defects, feed, subscribe, pass };
}

describe('the feed of the live page', () => {
  it('reads once for all its subscribers, and sends what is new', async () => {
    const { table, subscribe, pass } = setUp();
    const [one, other] = [subscribe(), subscribe()];
    await pass(1);
    assert.equal(table.reads, 1);
    table.ids = ['c', 'b', 'a'];
    await pass(2_000);
    assert.equal(table.reads, 2);
    for (const { events } of [one, other]) assert.deepEqual(events, [['b', 'a'], ['c']]);
  });

  it('sends the newest records at once to a later subscriber', async () => {
    const { table, subscribe, pass } = setUp();
    subscribe();
    await pass(1);
    const { events } = subscribe();
    assert.deepEqual(events, [['b', 'a']]);
    table.ids = ['c', 'b', 'a'];
    await pass(2_000);
    assert.deepEqual(events, [['b', 'a'], ['c']]);
  });

  it('reads nothing without subscribers, and everything for the next one', async () => {
    const { table, subscribe, pass } = setUp();
    const { unsubscribe } = subscribe();
    await pass(1);
    unsubscribe();
    await pass(60_000);
    assert.equal(table.reads, 1);
    const { events } = subscribe();
    await pass(1);
    assert.deepEqual(events, [['b', 'a']]);
  });

  it('says that it is paused while the table cannot be read, and loses nothing of the newest records', async () => {
    const { table, defects, subscribe, pass } = setUp();
    const { events } = subscribe();
    await pass(1);
    table.error = new ServiceError('unavailable', 'the table does not answer');
    await pass(2_000);
    Object.assign(table, { error: undefined, ids: ['d', 'c', 'b', 'a'] });
    await pass(2_000);
    assert.deepEqual(events, [['b', 'a'], 'paused', ['d', 'c']]);
    assert.deepEqual(defects, []);
  });

  it('reports an error that no client can cause, and continues', async () => {
    const { table, defects, subscribe, pass } = setUp();
    table.error = new TypeError('a defect');
    const { events } = subscribe();
    await pass(1);
    assert.deepEqual(defects, [table.error]);
    table.error = undefined;
    await pass(2_000);
    assert.deepEqual(events, ['paused', ['b', 'a']]);
  });

  it('reads nothing under load, and refuses further subscribers', async () => {
    const { table, subscribe, pass } = setUp();
    const { events } = subscribe();
    await pass(1);
    table.overloaded = true;
    await pass(2_000);
    assert.equal(table.reads, 1);
    assert.deepEqual(events, [['b', 'a'], 'paused']);
    assert.throws(subscribe, { code: 'overloaded', retryAfterS: 5 });
  });

  it('refuses more subscribers than its maximum, until one leaves', () => {
    const { subscribe } = setUp({ maxSubscribers: 2 });
    const { unsubscribe } = subscribe();
    subscribe();
    assert.throws(subscribe, { code: 'overloaded', message: 'this process already serves 2 streams' });
    unsubscribe();
    subscribe();
  });

  it('ends a stream after five minutes, so that pages come to new instances too', async () => {
    const { subscribe, pass } = setUp();
    const first = subscribe();
    await pass(60_000);
    const second = subscribe();
    await pass(237_000);
    assert.notEqual(first.events.at(-1), 'end');
    await pass(3_000);
    assert.equal(first.events.at(-1), 'end');
    assert.notEqual(second.events.at(-1), 'end');
    await pass(62_000);
    assert.equal(second.events.at(-1), 'end');
    assert.equal(second.events.filter((event) => event === 'end').length, 1);
  });

  it('ends all streams when the process shuts down, and refuses further ones', async () => {
    const { feed, subscribe, pass, table } = setUp();
    const subscribers = [subscribe(), subscribe()];
    await pass(1);
    feed.close();
    await pass(10_000);
    for (const { events } of subscribers) assert.deepEqual(events, [['b', 'a'], 'end']);
    assert.equal(table.reads, 1);
    assert.throws(subscribe, { code: 'draining' });
  });
});
