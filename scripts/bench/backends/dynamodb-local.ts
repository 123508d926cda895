import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { captureQuietly } from '../../cli/run.ts';

/** The npm package with AWS's DynamoDB Local. Only its jar is needed, so it is fetched and not installed. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';

const FETCH_DEADLINE_MS = 600_000;

const cache = join(import.meta.dirname, '../../../.data/dynamodb-local', PACKAGE);

/** Why DynamoDB Local cannot run here; `undefined` when it can. */
export async function whyNoDynamodbLocal(): Promise<string | undefined> {
  const version = await captureQuietly(['java', '--version']).catch(() => '');
  return Number(/ (\d+)/.exec(version)?.[1]) >= 17 ? undefined : 'it needs Java 17 or newer on the PATH';
}

/** The folder of `DynamoDBLocal.jar`, fetched once into the git-ignored cache. */
export async function dynamodbLocalFolder(): Promise<string> {
  if (!existsSync(cache)) await fetchInto(cache);
  return join(cache, 'package/emulator');
}

/** Unpacks beside the cache and renames at the end, so that a broken download is never used. */
async function fetchInto(folder: string): Promise<void> {
  console.error(`Fetching DynamoDB Local (npm pack ${PACKAGE}, 57 MB) ...`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const options = { cwd: partial, deadlineMs: FETCH_DEADLINE_MS };
  const archive = (await captureQuietly(['npm', 'pack', '--silent', PACKAGE], options)).trim();
  await captureQuietly(['tar', '-xzf', archive, 'package/emulator'], options);
  rmSync(join(partial, archive));
  renameSync(partial, folder);
}
