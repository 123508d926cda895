import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../../cli/errors.ts';
import { startBackground } from '../../cli/run.ts';
import { becomesTrue, waitQuietly } from '../../cli/wait.ts';
import {
  ARTILLERY_ENV,
  OWN_ARTILLERY,
  type Phase,
  REQUEST_TIMEOUT_S,
  rehearsalScript,
} from '../artillery/artillery.ts';
import { type Health, isHealthy } from '../core/judge.ts';
import { observationsOf, requestLog } from './answers.ts';
import type { Stage } from './stage/stage.ts';

const START_DEADLINE_MS = 90_000;
const LAST_ANSWER_DEADLINE_MS = 2 * REQUEST_TIMEOUT_S * 1_000;
/** Few requests: each costs artillery about 15 ms of CPU. Longer than any rehearsal, which stops the clients. */
export const CLIENT_LOAD: Phase = { name: 'steady', durationS: 3_600, fromPerS: 20, toPerS: 20 };

/** The clients while they run. */
export type Clients = Awaited<ReturnType<typeof startClients>>;

/** Starts clients that send `POST /app` at a constant rate, by artillery; resolves when the first one is answered. */
export async function startClients({ client, loadBalancer, sandbox: { directory, undo } }: Stage) {
  const [script, notesFile] = [join(directory, 'artillery.json'), join(directory, 'requests.notes')];
  const notes = await open(notesFile, 'w+');
  undo.later('the log of requests', () => notes.close());
  const requests = requestLog(notes);
  const plan = { target: `http://${loadBalancer.address}`, phases: [CLIENT_LOAD] };
  await writeFile(script, JSON.stringify(rehearsalScript(plan, notesFile)));
  const line = client.namespace.inside([process.execPath, OWN_ARTILLERY, 'run', '--quiet', script]);
  const artillery = startBackground(line, { log: join(directory, 'artillery.log'), env: ARTILLERY_ENV });
  undo.later('artillery', artillery.stop);

  const readUntil = async (what: string, isThere: () => boolean): Promise<boolean> => {
    const { exitCode, signalCode } = artillery.child;
    await requests.read();
    if (isThere()) return true;
    if (exitCode === null && signalCode === null) return false;
    throw new OperatorError(`artillery ended with ${exitCode ?? signalCode} before ${what}`);
  };
  const waitFor = (what: string, isThere: () => boolean, deadlineMs: number) =>
    waitQuietly(what, () => readUntil(what, isThere), deadlineMs);
  await waitFor('the first answer', () => requests.answers.length > 0, START_DEADLINE_MS);
  return {
    /** The answers to the requests that were sent within a span, epoch milliseconds; waits for the last one. */
    answersTo: async (fromMs: number, toMs: number) => {
      const haveEnded = () => requests.openIn(fromMs, toMs) === 0;
      await waitFor('the end of every request of a drill', haveEnded, LAST_ANSWER_DEADLINE_MS);
      return requests.answersTo(fromMs, toMs);
    },
    /** Waits until answers are healthy for a time from now on, or the deadline passes: the checks show which. */
    untilHealthy: async (health: Health, lastingMs: number, deadlineMs: number) => {
      const startMs = Date.now();
      const areHealthy = () => {
        const sinceMs = Date.now() - lastingMs;
        const recent = requests.answers.filter(({ atMs }) => atMs >= sinceMs);
        const seconds = observationsOf(recent, sinceMs);
        return sinceMs >= startMs && recent.length > 0 && seconds.every((second) => isHealthy(second, health));
      };
      await becomesTrue(() => readUntil('healthy answers', areHealthy), deadlineMs);
    },
  };
}
