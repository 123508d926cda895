import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { freePort } from '../../bench/process.ts';
import type { Undo } from '../../cli/undo.ts';
import { waitQuietly } from '../../cli/wait.ts';

export const BUCKET = 'stampede-torture-spill';

const PROGRAM = join(import.meta.dirname, '../../machine/s3-server-process.ts');
const DEADLINE_MS = 30_000;

/** Starts an S3 server. Its clock is that of AWS: `clockFile` says how far it differs from the machine's. */
export async function startSpillBucket(undo: Undo, clockFile: string) {
  const port = await freePort();
  const preload = pathToFileURL(join(import.meta.dirname, 'clock-preload.js')).href;
  const line = [`--import=${preload}`, PROGRAM, '127.0.0.1', String(port), BUCKET];
  const env = { TORTURE_CLOCK: clockFile };
  const running = execa(process.execPath, line, { env, stdio: 'ignore', detached: true, reject: false });
  undo.later('the S3 server', async () => {
    running.kill('SIGKILL');
    await running;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(endpoint).catch(() => undefined)) !== undefined;
  await waitQuietly(`S3 on ${endpoint} to answer`, answers, DEADLINE_MS);
  return { port, endpoint };
}

/** The keys of a bucket's objects, at most 1,000, read without the server. */
export async function objectKeys(endpoint: string, clockOffsetMs: number): Promise<string[]> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new S3Client({ endpoint, region: 'local', credentials, systemClockOffset: clockOffsetMs });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  client.destroy();
  return Contents.map(({ Key = '' }) => Key);
}
