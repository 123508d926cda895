import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Account, Right } from './account.ts';
import { type AwsCall, protocolOf, readCall, readSigner } from './call.ts';
import { isAllowed } from './evaluate.ts';
import { type Answer, denied, unknownKey } from './refusal.ts';
import { existenceOf, rightsOf } from './right.ts';
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

  /** The call of a request, and the answer to one that may not be passed on. */
  async function decide(incoming: IncomingMessage, body: Buffer): Promise<{ call?: AwsCall; refusal?: Answer }> {
    const protocol = protocolOf(incoming.headers);
    const signer = readSigner(incoming.headers);
    const session = signer && sessionOf(signer.accessKeyId);
    if (session === undefined) return { refusal: unknownKey(protocol) };
    const call = readCall(incoming, body);
    const rights = await rightsOf(call, account);
    let missing: Right | undefined;
    for (const right of rights) if (missing === undefined && !(await isGranted(right))) missing = right;
    onCall?.(call, rights, missing, session);
    return missing ? { call, refusal: denied(protocol, callerOf(session), missing) } : { call };
  }

  const callerOf = (session: string) => `arn:aws:sts::${account.accountId}:assumed-role/${role.name}/${session}`;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { call, refusal } = await decide(incoming, body);
    if (refusal) return send(refusal, outgoing);
    await passOn(incoming, body, outgoing, call).catch(() => outgoing.destroy());
  }

  function send({ status, contentType, body }: Answer, outgoing: ServerResponse): void {
    outgoing.writeHead(status, { 'content-type': contentType }).end(body);
  }

  /** Rejects if the upstream does not answer; the caller then sees a closed connection as well. */
  async function passOn(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, call?: AwsCall) {
    const { method, url, headers } = incoming;
    const passed = request(new URL(url ?? '/', upstream), { method, headers, agent });
    outgoing.once('close', () => passed.destroy());
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    passed.once('response', resolve).once('error', reject).end(body);
    const response = await promise;
    const hidden = response.statusCode === 404 && call?.service === 's3' ? existenceOf(call) : undefined;
    if (hidden && !(await isGranted(hidden))) {
      response.resume();
      return send(denied('s3', callerOf('unknown'), hidden), outgoing);
    }
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
