import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type AwsCall, protocolOf, readCall, readSigner } from '../../../scripts/rights/call.ts';
import { denied } from '../../../scripts/rights/refusal.ts';
import { isListed } from './allowed-calls.ts';

/** A request as it came over the wire: which operation, with which parameters, in which region. */
export interface AwsRequest extends AwsCall {
  readonly region: string;
}

/** An answer in the wire format of the service: XML (query protocol) or an object (JSON protocol). */
export interface AwsAnswer {
  readonly status?: number;
  readonly body: string | object;
}

/** Answers by operation: one for all requests, or a function of the request. */
export type Answers = Readonly<Record<string, AwsAnswer | ((request: AwsRequest) => AwsAnswer)>>;

/**
 * A local HTTP server that replaces AWS. The real SDK calls it when it gets `env`; `requests` keeps its requests.
 * An operation without an answer is refused as AWS refuses one that the caller may not do. So is a call that
 * allowed-calls.ts does not list for the command that makes it; then the test fails as well.
 */
export async function startFakeAws(answers: Answers) {
  const requests: AwsRequest[] = [];
  const unlisted = new Set<string>();
  const server = createServer(async (incoming, outgoing) => {
    const region = readSigner(incoming.headers)?.region ?? '';
    const request = { ...readCall(incoming, await buffer(incoming)), region };
    requests.push(request);
    const action = `${request.service}:${request.operation}`;
    const command = commandOf(incoming.headers['user-agent']);
    const mayCall = isListed(command, action);
    if (!mayCall) unlisted.add(`${command ?? 'no command'}: ${action}`);
    const answer = mayCall ? answers[request.operation] : undefined;
    if (!answer) {
      const { status, contentType, body } = denied(protocolOf(incoming.headers), CALLER, { action, resource: '*' });
      return outgoing.writeHead(status, { 'content-type': contentType }).end(body);
    }
    return sendAnswer(outgoing, typeof answer === 'function' ? answer(request) : answer);
  });
  const { env, close } = await listenAsAws(server);
  return {
    requests,
    env,
    async [Symbol.asyncDispose]() {
      await close();
      assert.deepEqual([...unlisted], [], 'test/scripts/aws/allowed-calls.ts does not list these calls');
    },
  };
}

/** Sends an answer in its wire format. */
export function sendAnswer(outgoing: ServerResponse, { status = 200, body }: AwsAnswer): void {
  const isXml = typeof body === 'string';
  outgoing.writeHead(status, { 'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1' });
  outgoing.end(isXml ? body : JSON.stringify(body));
}

/** Lets a server listen on a free port; `env` makes the SDK call it instead of AWS. */
export async function listenAsAws(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An error of the query protocol (CloudFormation, Auto Scaling, Elastic Load Balancing). */
export function queryError(status: number, code: string, message: string): AwsAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>b25f48e8-84fd-11e6</RequestId></ErrorResponse>` };
}

/** An error of EC2's dialect of the query protocol. */
export function ec2Error(status: number, code: string, message: string): AwsAnswer {
  const errors = `<Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>`;
  return { status, body: `<Response>${errors}<RequestID>b25f48e8-84fd-11e6</RequestID></Response>` };
}

const CALLER = 'arn:aws:iam::111122223333:user/operator';

/** The command that makes a request, as `runEntry` lets the SDK tell it. */
function commandOf(userAgent = ''): string | undefined {
  return /(?:^| )app\/(?<command>\S+)/.exec(userAgent)?.groups?.['command'];
}
