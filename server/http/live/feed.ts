import { ServiceError } from '../../errors.ts';
import type { Runtime } from '../../runtime.ts';
import type { LiveNews } from '../schemas.ts';

export interface FeedOptions {
  readonly readNews: () => Promise<LiveNews>;
  /** Whether timestamps wait too long. The feed then refuses subscribers, and reads nothing. */
  readonly isOverloaded: () => boolean;
  /** Called with an error of a read that is not a `ServiceError`. */
  readonly onDefect: (error: unknown) => void;
  readonly runtime: Pick<Runtime, 'setTimer'>;
  /** @default 50 */
  readonly maxSubscribers?: number;
}

export interface Subscriber {
  readonly send: (event: string) => void;
  readonly end: () => void;
}

export type Feed = ReturnType<typeof createFeed>;

/** Time between two reads. Also the longest silence of a stream, much shorter than the load balancer's idle timeout. */
const PAUSE_MS = 2_000;

/**
 * The load balancer counts each stream as an outstanding request, and sends requests to the target with the fewest. So
 * streams are few, and end after five minutes: otherwise a new instance without streams would get more than its share.
 */
const MAX_SUBSCRIBERS = 50;
const MAX_EVENTS = 300_000 / PAUSE_MS;

/** An event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventText(name: 'news' | 'paused', data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Reads the news while there are subscribers, once for all of them. A subscriber first gets the newest records, and then
 * in each event only those that were not in the previous one. While the process is overloaded or the read fails, the
 * event is `paused`.
 */
export function createFeed(options: FeedOptions) {
  const { readNews, isOverloaded, onDefect, runtime, maxSubscribers = MAX_SUBSCRIBERS } = options;
  /** The number of events that each subscriber still gets. */
  const subscribers = new Map<Subscriber, number>();
  let latest: LiveNews | undefined;
  let running = false;
  let closed = false;
  let cancelPause = (): void => {};

  async function nextEvent(): Promise<string> {
    if (isOverloaded()) return eventText('paused', {});
    try {
      const known = new Set(latest?.timestamps.map(({ id }) => id));
      latest = await readNews();
      return eventText('news', { ...latest, timestamps: latest.timestamps.filter(({ id }) => !known.has(id)) });
    } catch (error) {
      if (!(error instanceof ServiceError)) onDefect(error);
      return eventText('paused', {});
    }
  }

  function deliver(event: string, subscriber: Subscriber, remaining: number): void {
    subscribers.set(subscriber, remaining - 1);
    subscriber.send(event);
    if (remaining > 1) return;
    subscribers.delete(subscriber);
    subscriber.end();
  }

  async function run(): Promise<void> {
    running = true;
    while (subscribers.size > 0) {
      const event = await nextEvent();
      for (const [subscriber, remaining] of subscribers) deliver(event, subscriber, remaining);
      await new Promise<void>((resolve) => {
        cancelPause = runtime.setTimer(resolve, PAUSE_MS);
      });
    }
    latest = undefined;
    running = false;
  }

  return {
    /** Adds a subscriber; the returned function removes it. Throws `overloaded` or `draining`. */
    subscribe(subscriber: Subscriber): () => void {
      if (closed) throw new ServiceError('draining', 'this process is shutting down', { retryAfterS: 1 });
      if (isOverloaded())
        throw new ServiceError('overloaded', 'this process is overloaded and serves no streams', { retryAfterS: 5 });
      if (subscribers.size >= maxSubscribers)
        throw new ServiceError('overloaded', `this process already serves ${subscribers.size} streams`, {
          retryAfterS: 5,
        });
      if (latest) subscriber.send(eventText('news', latest));
      subscribers.set(subscriber, MAX_EVENTS);
      if (!running) void run();
      return () => void subscribers.delete(subscriber);
    },
    /** Ends every stream. */
    close(): void {
      closed = true;
      for (const { end } of subscribers.keys()) end();
      subscribers.clear();
      cancelPause();
    },
  };
}
