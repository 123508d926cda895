import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Account, Right } from './account.ts';
import { type AwsCall, readCall, readSigner } from './call.ts';
import { isAllowed } from './evaluate.ts';
import { type Answer, denied, unknownKey } from './refusal.ts';
import { rightsOf } from './right.ts';
import type { StageRole } from './role.ts';

export interface PolicyProxyOptions {
  /** Where permitted requests go. */
  readonly upstream: URL;
  readonly account: Account;
  readonly role: Pick<StageRole, 'name' | 'policies'>;
  /** Name of the session that has an access key, such as the instance's id; undefined for a key that AWS did not issue. */
  readonly sessionOf: (accessKeyId: string) => string | undefined;
  /** Receives each request and the first right that it lacks. @default - ignored */
  readonly onCall?: (call: AwsCall, rights: readonly Right[], missing: Right | undefined, session: string) => void;
  /** Receives a failure of the proxy itself; the caller sees a closed connection. */
  readonly onFailure: (error: Error) => void;
}

/** An endpoint of AWS that passes on what a role permits, and refuses everything else as AWS does. */
export function createPolicyProxy({
  upstream,
  account,
  role,
  sessionOf,
  onCall,
  onFailure,
}: PolicyProxyOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const isGranted = cachedDecisions(account, role);

  async function refusalOf({ headers }: IncomingMessage, body: Buffer): Promise<Answer | undefined> {
    const isJson = headers['x-amz-target'] !== undefined;
    const signer = readSigner(headers);
    const session = signer && sessionOf(signer.accessKeyId);
    if (session === undefined) return unknownKey(isJson);
    const call = readCall(headers, body);
    const rights = await rightsOf(call, account);
    let missing: Right | undefined;
    for (const right of rights) if (missing === undefined && !(await isGranted(right))) missing = right;
    onCall?.(call, rights, missing, session);
    return missing && denied(isJson, `arn:aws:sts::${account.accountId}:assumed-role/${role.name}/${session}`, missing);
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const refusal = await refusalOf(incoming, body);
    if (refusal) {
      outgoing.writeHead(refusal.status, { 'content-type': refusal.contentType }).end(refusal.body);
      return;
    }
    await passOn(incoming, body, outgoing).catch(() => outgoing.destroy());
  }

  /** Rejects if the upstream does not answer; the caller then sees a closed connection as well. */
  async function passOn({ method, url, headers }: IncomingMessage, body: Buffer, outgoing: ServerResponse) {
    const passed = request(new URL(url ?? '/', upstream), { method, headers, agent });
    outgoing.once('close', () => passed.destroy());
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    passed.once('response', resolve).once('error', reject).end(body);
    const response = await promise;
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    await pipeline(response, outgoing);
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: Error) => {
      outgoing.destroy();
      onFailure(error);
    });
  });
  server.once('close', () => agent.destroy());
  return server;
}

/** Decides once per action, resource and context, because an evaluation takes milliseconds. */
function cachedDecisions({ accountId, region }: Account, { name, policies }: PolicyProxyOptions['role']) {
  const principal = `arn:aws:iam::${accountId}:role/${name}`;
  const decisions = new Map<string, Promise<boolean>>();
  return (right: Right): Promise<boolean> => {
    const key = JSON.stringify(right);
    const known = decisions.get(key) ?? isAllowed({ principal, region, policies }, right);
    decisions.set(key, known);
    return known;
  };
}
