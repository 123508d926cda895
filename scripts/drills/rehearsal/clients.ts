import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import { becomesTrue, waitQuietly } from '../../cli/wait.ts';
import type { Sandbox } from '../../machine/sandbox.ts';
import { type Health, isHealthy } from '../core/recovery.ts';
import { type Answer, observationsOf } from './answers.ts';
import { RequestNotes } from './request-log.ts';
import { startBackground } from './stage/background.ts';
import type { Attachment } from './stage/network.ts';

const PACKAGE = resolve(import.meta.dirname, '../artillery');
const ARTILLERY = join(PACKAGE, 'node_modules/artillery/bin/run');
const START_DEADLINE_MS = 90_000;
/** A second more than the server allows a request: its answer arrives, whatever it is. */
const REQUEST_TIMEOUT_S = TIMEOUTS_MS.request / 1_000 + 1;
const LAST_ANSWER_DEADLINE_MS = 2 * REQUEST_TIMEOUT_S * 1_000;
/** Longer than any rehearsal: the clients are stopped, they do not stop by themselves. */
const LOAD_S = 3_600;

/**
 * Clients that send `POST /app` at an even rate, by artillery, from a machine outside, as long as the rehearsal lasts:
 * every drill is a stretch of the one load.
 */
export class Clients {
  readonly #artillery: ChildProcess;
  readonly #notes: RequestNotes;

  private constructor(artillery: ChildProcess, notes: RequestNotes) {
    this.#artillery = artillery;
    this.#notes = notes;
  }

  /** Resolves when the first request is answered. */
  static async start(target: string, perS: number, from: Attachment, sandbox: Sandbox): Promise<Clients> {
    if (!existsSync(ARTILLERY)) {
      const command = 'PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix scripts/drills/artillery';
      throw new OperatorError(`artillery is not installed; it has a package of its own: ${command}`);
    }
    const [script, notesFile] = [join(sandbox.directory, 'load.json'), join(sandbox.directory, 'requests.notes')];
    const notes = await RequestNotes.make(notesFile);
    sandbox.undo.later('notes of requests', () => notes.close());
    await writeFile(script, JSON.stringify(artilleryScript(target, perS, notesFile)));
    const line = from.namespace.inside([process.execPath, ARTILLERY, 'run', '--quiet', script]);
    const artillery = startBackground('artillery', line, sandbox, { ARTILLERY_DISABLE_TELEMETRY: 'true' });
    const clients = new Clients(artillery, notes);
    await clients.#waitFor('the first answer', () => notes.answers.length > 0, START_DEADLINE_MS);
    return clients;
  }

  /**
   * What became of each request that was sent from one time to another, epoch milliseconds; waits for the last answer.
   *
   * @throws OperatorError when artillery never tells the end of some
   */
  async answersTo(fromMs: number, toMs: number): Promise<Answer[]> {
    const what = 'the end of every request of a drill';
    await this.#waitFor(what, () => this.#notes.openIn(fromMs, toMs) === 0, LAST_ANSWER_DEADLINE_MS);
    return this.#notes.answersTo(fromMs, toMs);
  }

  /** Waits until users are served well for so long from now on, or the deadline has passed: the verdict will tell. */
  async untilServedWell(health: Health, lastingMs: number, deadlineMs: number): Promise<void> {
    const startMs = Date.now();
    const isCalm = () => {
      const sinceMs = Date.now() - lastingMs;
      const recent = this.#notes.answers.filter(({ atMs }) => atMs >= sinceMs);
      const seconds = observationsOf(recent, sinceMs);
      return sinceMs >= startMs && recent.length > 0 && seconds.every((second) => isHealthy(second, health));
    };
    await becomesTrue(() => this.#look('calm', isCalm), deadlineMs);
  }

  async #waitFor(what: string, isThere: () => boolean, deadlineMs: number): Promise<void> {
    await waitQuietly(what, () => this.#look(what, isThere), deadlineMs);
  }

  async #look(what: string, isThere: () => boolean): Promise<boolean> {
    const { exitCode, signalCode } = this.#artillery;
    await this.#notes.read();
    if (isThere()) return true;
    if (exitCode === null && signalCode === null) return false;
    throw new OperatorError(`artillery ended with ${exitCode ?? signalCode} before ${what}`);
  }
}

/** The test script of artillery (https://www.artillery.io/docs/reference/test-script). */
export function artilleryScript(target: string, perS: number, notesFile: string) {
  const post = {
    url: TIMESTAMPS_PATH,
    headers: { accept: 'application/json' },
    beforeRequest: 'noteSent',
    afterResponse: 'noteAnswer',
  };
  return {
    config: {
      target,
      phases: [{ duration: LOAD_S, arrivalRate: perS }],
      http: { timeout: REQUEST_TIMEOUT_S, pool: 20, maxRedirects: 0 },
      processor: join(PACKAGE, 'note-answers.js'),
      variables: { notesFile },
    },
    scenarios: [{ name: 'record a timestamp', onError: 'noteError', flow: [{ post }] }],
  };
}
