import type { History } from '../engine/history.ts';
import { type Random, randomOf } from '../engine/random.ts';
import type { Owner, Scheduler } from '../engine/scheduler.ts';
import type { Outage, Weather } from '../plan.ts';

/** A request that was given up is executed at most this long after it was sent; `SETTLING_MS` of the server is 10 s. */
export const LONGEST_DELAY_MICROS = 9_000_000;

/** A service of AWS: what it answers without having done anything. */
export interface Service {
  readonly name: 'table' | 'spill';
  throttled(): Error;
  failed(): Error;
}

/** A request. `execute` is called when it reaches the service, and again if it is executed twice. */
export interface Request<Answer> {
  readonly from: Owner & { readonly name: string };
  readonly service: Service;
  readonly command: string;
  /** For the history. */
  readonly what: () => string;
  readonly execute: () => Answer;
  readonly abortSignal?: AbortSignal | undefined;
}

type Fate = keyof Weather | 'executed';

/** What happens to a request. */
interface Course {
  readonly fate: Fate;
  readonly thereMicros: number;
  readonly backMicros: number;
}

const FATES = [
  'lostBefore',
  'lostAfter',
  'silentBefore',
  'silentAfter',
  'late',
  'twice',
  'throttled',
  'failed',
] as const;

export interface NetworkOptions {
  readonly onSend: (from: Owner, command: string) => void;
  /** Called for an error that is not an answer of the service, such as a command that the model does not have. */
  readonly onModelError: (error: Error) => void;
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly seed: number;
  readonly weather: Weather;
  /** Only these requests may have a fault. @default - all */
  readonly faultyRequests?: readonly number[] | undefined;
}

/** Connections between processes and services, which delay, lose, repeat and reorder requests. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #outages = new Set<Outage>();
  #sent = 0;
  /** The numbers of the requests that had a fault. */
  readonly faulty: number[] = [];
  /** The number of attempts of each process that have no outcome yet. */
  readonly unanswered = new Map<Owner, number>();
  #isHealed = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  begin(outage: Outage): void {
    this.#outages.add(outage);
  }

  end(outage: Outage): void {
    this.#outages.delete(outage);
  }

  /** Ends all outages; no request has a fault from now on. */
  heal(): void {
    this.#outages.clear();
    this.#isHealed = true;
  }

  send<Answer>(request: Request<Answer>): Promise<Answer> {
    const { scheduler, history } = this.#options;
    const { from, service, what, execute, abortSignal } = request;
    const number = this.#sent++;
    this.#options.onSend(from, request.command);
    const course = this.#courseOf(number, request);
    history.add(
      from.name,
      () => `→ ${service.name} #${number} ${what()}${course.fate === 'executed' ? '' : ` [${course.fate}]`}`,
    );
    this.unanswered.set(from, (this.unanswered.get(from) ?? 0) + 1);

    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (text: string, action: () => void) => {
        if (isSettled) return;
        isSettled = true;
        abortSignal?.removeEventListener('abort', onAbort);
        this.unanswered.set(from, (this.unanswered.get(from) ?? 0) - 1);
        history.add(from.name, () => `← ${service.name} #${number} ${text}`);
        action();
      };
      const fail = (error: Error) => settle(describe(error), () => reject(error));
      const onAbort = () => fail(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
      abortSignal?.addEventListener('abort', onAbort, { once: true });
      if (abortSignal?.aborted) {
        onAbort();
        return;
      }

      const answerLater = (answer: () => void) => void scheduler.after(course.backMicros, answer, from);
      const run = (): (() => void) => {
        try {
          const answer = execute();
          history.add(service.name, () => `executes #${number} ${what()}`);
          return () => settle('ok', () => resolve(answer));
        } catch (error) {
          if (!(error instanceof Error && '$metadata' in error)) this.#options.onModelError(error as Error);
          history.add(service.name, () => `refuses #${number} ${what()}: ${describe(error as Error)}`);
          return () => fail(error as Error);
        }
      };
      scheduler.after(course.thereMicros + scheduler.nowMicros(from) - scheduler.nowMicros(), () =>
        this.#arrive(course, service, { run, answerLater, fail }),
      );
    });
  }

  #arrive(
    { fate }: Course,
    service: Service,
    {
      run,
      answerLater,
      fail,
    }: { run: () => () => void; answerLater: (answer: () => void) => void; fail: (error: Error) => void },
  ): void {
    const { scheduler } = this.#options;
    const refusals: Partial<Record<Fate, () => Error>> = {
      lostBefore: () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      throttled: () => service.throttled(),
      failed: () => service.failed(),
    };
    const refusal = refusals[fate];
    if (refusal !== undefined) answerLater(() => fail(refusal()));
    if (refusal !== undefined || fate === 'silentBefore') return;
    const answer = run();
    if (fate === 'lostAfter')
      answerLater(() => fail(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })));
    else if (fate !== 'silentAfter') answerLater(answer);
    if (fate === 'twice') scheduler.after(LONGEST_DELAY_MICROS / 2, () => void run());
  }

  #courseOf(number: number, { from, service }: Request<unknown>): Course {
    const { seed, faultyRequests } = this.#options;
    const random = randomOf(seed, number + 1_000);
    const mayFail = !this.#isHealed && (faultyRequests === undefined || faultyRequests.includes(number));
    const fate = mayFail ? this.#fateOf(random, from, service) : 'executed';
    if (fate !== 'executed') this.faulty.push(number);
    const isLate = fate === 'late';
    const thereMicros = isLate ? random.between(20_000, LONGEST_DELAY_MICROS) : random.between(300, 4_000);
    return { fate, thereMicros, backMicros: random.between(300, 4_000) };
  }

  #fateOf(random: Random, from: Owner & { readonly name: string }, service: Service): Fate {
    const { weather } = this.#options;
    for (const outage of this.#outages) {
      if (outage.service === service.name && (outage.of === undefined || outage.of === from.name)) {
        if (random.chance(outage.share)) return outage.fate;
      }
    }
    for (const fate of FATES) if (random.chance(weather[fate])) return fate;
    return 'executed';
  }
}

function describe({ name, message }: Error): string {
  return name === 'Error' ? message : name;
}
