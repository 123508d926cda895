import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
  const ended = once(child, 'exit', {
    signal: AbortSignal.timeout(START_DEADLINE_MS + shape.durationS * 1_000 + END_GRACE_MS),
  });
  ended.catch(() => undefined);
  const read = async () => parseAnswers(await readFile(answersFile, 'utf8'));
  const hasStarted = async () => {
    if (child.exitCode !== null)
      throw new OperatorError(`artillery ended with ${child.exitCode} before it sent anything`);
    return (await readFile(answersFile, 'utf8')).includes('\n');
  };
  await waitQuietly('the first answer to the load', hasStarted, START_DEADLINE_MS);
  const startedAtMs = (await read())[0]?.atMs ?? Date.now();
  return { startedAtMs, answers: ended.then(read) };
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
