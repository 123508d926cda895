/**
 * An endpoint of AWS that enforces the instance role: `policy-proxy-process.ts HOST PORT UPSTREAM RIGHTS METADATA`. It passes
 * permitted requests on to a port of this machine. RIGHTS is a file with the account and the role, METADATA the folder
 * of the metadata service, whose credentials it knows. When RIGHTS changes, so does the role, as after a deployment. It logs each new combination of instance and right as JSON.
 */
import { readdirSync, readFileSync, watchFile } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import type { Account } from '../../../rights/account.ts';
import { createPolicyProxy } from '../../../rights/policy-proxy.ts';
import type { StageRole } from '../../../rights/role.ts';
import { CREDENTIALS_PATH, ID_PATH } from './metadata-service.ts';

/** The instance role in the account of a rehearsal. */
export interface InstanceRights {
  readonly region: string;
  readonly accountId: string;
  readonly role: Pick<StageRole, 'name' | 'policies'>;
}

/** A right that an instance needed, and whether its role has it. */
export const recordSchema = z.object({
  instance: z.string(),
  action: z.string(),
  resource: z.string(),
  allowed: z.boolean(),
});

const metadataSchema = z.record(z.string(), z.string());
const credentialsSchema = z.object({ AccessKeyId: z.string() });

/** Finds the instance to which the metadata service gave an access key. */
function instancesIn(folder: string) {
  const known = new Map<string, string>();
  return (accessKeyId: string): string | undefined => {
    if (!known.has(accessKeyId)) for (const file of readdirSync(folder)) remember(known, join(folder, file));
    return known.get(accessKeyId);
  };
}

function remember(known: Map<string, string>, file: string): void {
  const metadata = metadataSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { AccessKeyId } = credentialsSchema.parse(JSON.parse(metadata[CREDENTIALS_PATH] ?? ''));
  known.set(AccessKeyId, metadata[ID_PATH] ?? '');
}

/** How often the file with the rights is looked at. */
const WATCH_MS = 200;

function serve(host: string, port: number, upstreamPort: string, rightsFile: string, metadata: string): void {
  const seen = new Set<string>();
  const readProxy = () => proxyOf(upstreamPort, JSON.parse(readFileSync(rightsFile, 'utf8')), metadata, seen);
  let proxy = readProxy();
  watchFile(rightsFile, { interval: WATCH_MS }, () => {
    proxy = readProxy();
  });
  const server = createServer((request, response) => proxy.emit('request', request, response));
  server.listen(port, host, () => console.log('ready'));
}

/** A proxy for one version of the role; `seen` has the lines that are logged. */
function proxyOf(upstreamPort: string, rights: InstanceRights, metadata: string, seen: Set<string>) {
  // Instances only call actions whose resources the requests name.
  const unknown = (what: string) => {
    throw new Error(`instances do not ${what}`);
  };
  const account: Account = { ...rights, tagsOf: () => ({}), launchTemplate: () => unknown('launch instances') };
  return createPolicyProxy({
    upstream: new URL(`http://127.0.0.1:${upstreamPort}`),
    account,
    role: rights.role,
    sessionOf: instancesIn(metadata),
    onCall: (_call, needed, missing, instance) => {
      for (const { action, resource } of missing ? [missing] : needed) {
        const line = JSON.stringify({ instance, action, resource, allowed: missing === undefined });
        if (!seen.has(line)) console.log(line);
        seen.add(line);
      }
    },
    onFailure: (error) => console.error(error),
  });
}

if (import.meta.main) {
  const [host, port, upstreamPort, file, metadata] = process.argv.slice(2);
  if (!host || !port || !upstreamPort || !file || !metadata) {
    throw new Error('usage: policy-proxy-process.ts HOST PORT UPSTREAM RIGHTS METADATA');
  }
  serve(host, Number(port), upstreamPort, file, metadata);
}
