import { type ExecFileSyncOptionsWithStringEncoding, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The npm package that carries AWS's DynamoDB Local; only its jar is wanted, so it is fetched and not installed. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';

const cache = join(import.meta.dirname, '../../../.data/dynamodb-local', PACKAGE);

/** Why DynamoDB Local cannot run here; `undefined` when it can. */
export function whyNoDynamodbLocal(): string | undefined {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)/.exec(stderr ?? '')?.[1];
  return status === 0 && Number(version) >= 17 ? undefined : 'it needs Java 17 or newer on the PATH';
}

/** The folder of `DynamoDBLocal.jar`, fetched once into the git-ignored cache. */
export function dynamodbLocalFolder(): string {
  if (!existsSync(cache)) fetchInto(cache);
  return join(cache, 'package/emulator');
}

/** Unpacks beside the cache and renames at the end, so that a broken download is never taken for a whole one. */
function fetchInto(folder: string): void {
  console.error(`Fetching DynamoDB Local (npm pack ${PACKAGE}, 57 MB) ...`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const quiet: ExecFileSyncOptionsWithStringEncoding = { cwd: partial, encoding: 'utf8', stdio: 'pipe' };
  const archive = execFileSync('npm', ['pack', '--silent', PACKAGE], quiet).trim();
  execFileSync('tar', ['-xzf', archive, 'package/emulator'], quiet);
  rmSync(join(partial, archive));
  renameSync(partial, folder);
}
