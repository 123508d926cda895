import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { waitQuietly } from '../rehearsal/wait.ts';
import type { Workshop } from '../rehearsal/workshop.ts';
import type { Answer } from './answers.ts';
import { startBackground } from './background.ts';
import type { Attachment } from './network.ts';

const PACKAGE = resolve(import.meta.dirname, '../load');
const ARTILLERY = join(PACKAGE, 'node_modules/artillery/bin/run');
const START_DEADLINE_MS = 90_000;
const END_GRACE_MS = 60_000;
const LOOK_MS = 500;

/** Requests per second, and for how long. */
export interface LoadShape {
  readonly durationS: number;
  readonly perS: number;
}

/** A load that runs. */
export interface Load {
  /** When its first request was answered, epoch milliseconds. */
  readonly startedAtMs: number;
  /** Resolves with every answer once all are there. */
  readonly answers: Promise<Answer[]>;
}

/** Sends `POST /app` from a machine outside, as clients do, by artillery; resolves when the first answer is there. */
export async function startLoad(
  name: string,
  target: string,
  shape: LoadShape,
  from: Attachment,
  workshop: Workshop,
): Promise<Load> {
  if (!existsSync(ARTILLERY)) {
    const command = 'PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix scripts/load';
    throw new OperatorError(`artillery is not installed; it has a package of its own: ${command}`);
  }
  const [script, answersFile] = [`${name}.load.json`, `${name}.answers`].map((file) =>
    join(workshop.directory, file),
  ) as [string, string];
  await writeFile(answersFile, '');
  await writeFile(script, JSON.stringify(artilleryScript(target, shape, answersFile)));
  const line = from.namespace.inside([process.execPath, ARTILLERY, 'run', '--quiet', script]);
  const child = startBackground(`${name}.artillery`, line, workshop, { ARTILLERY_DISABLE_TELEMETRY: 'true' });
  const read = async () => parseAnswers(await readFile(answersFile, 'utf8'));
  const hasStarted = async () => {
    if (child.exitCode !== null)
      throw new OperatorError(`artillery ended with ${child.exitCode} before it sent anything`);
    return (await readFile(answersFile, 'utf8')).includes('\n');
  };
  await waitQuietly('the first answer to the load', hasStarted, START_DEADLINE_MS);
  const startedAtMs = (await read())[0]?.atMs ?? Date.now();
  return { startedAtMs, answers: allAnswers(child, shape, startedAtMs, read) };
}

/**
 * Waits for the answer to each request. Artillery is not asked: after lost connections it may stay when all is done.
 *
 * @throws OperatorError when requests are left whose end artillery never told
 */
async function allAnswers(
  artillery: ChildProcess,
  { durationS, perS }: LoadShape,
  startedAtMs: number,
  read: () => Promise<Answer[]>,
): Promise<Answer[]> {
  const expected = durationS * perS;
  const endMs = startedAtMs + durationS * 1_000 + END_GRACE_MS;
  let answers = await read();
  while (answers.length < expected && artillery.exitCode === null && Date.now() < endMs) {
    await sleep(LOOK_MS);
    answers = await read();
  }
  artillery.kill('SIGKILL');
  if (answers.length >= expected) return answers;
  throw new OperatorError(`artillery told the end of ${answers.length} requests: expected ${expected}`);
}

/** The test script of artillery (https://www.artillery.io/docs/reference/test-script). */
export function artilleryScript(target: string, { durationS, perS }: LoadShape, answersFile: string) {
  const post = {
    url: TIMESTAMPS_PATH,
    headers: { accept: 'application/json' },
    afterResponse: 'noteAnswer',
  };
  return {
    config: {
      target,
      phases: [{ duration: durationS, arrivalRate: perS }],
      // A second more than the server allows a request: its answer arrives, whatever it is.
      http: { timeout: TIMEOUTS_MS.request / 1_000 + 1, pool: 20, maxRedirects: 0 },
      processor: join(PACKAGE, 'note-answers.js'),
      variables: { answersFile },
    },
    scenarios: [{ name: 'record a timestamp', onError: 'noteError', flow: [{ post }] }],
  };
}

function parseAnswers(text: string): Answer[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Answer);
}
