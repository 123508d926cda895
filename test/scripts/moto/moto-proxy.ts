import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { readCall, readSigner } from '../../../scripts/rights/call.ts';
import { type AwsAnswer, type AwsRequest, listenAsAws, sendAnswer } from '../aws/fake-aws.ts';

/** Address of a moto server, which .ci/ec2 starts. */
export const MOTO_URL = process.env['MOTO_URL'];

/** An answer in place of moto's; undefined passes the request on. */
type Answer = AwsAnswer | ((request: AwsRequest) => Promise<AwsAnswer | undefined>);

/**
 * A server in front of moto that answers what moto lacks, and passes on everything else. The scripts call it when they
 * get `env`; `operations` keeps the names of what they called.
 */
export async function startMotoProxy(lacking: Readonly<Record<string, Answer>>) {
  const operations: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const region = readSigner(incoming.headers)?.region ?? '';
    const request = { ...readCall(incoming, body), region };
    operations.push(request.operation);
    const known = lacking[request.operation];
    const answer = typeof known === 'function' ? await known(request) : known;
    if (answer) return sendAnswer(outgoing, answer);
    const { authorization = '', 'content-type': type = '', 'x-amz-target': target } = incoming.headers;
    const headers = { authorization, 'content-type': type, ...(target && { 'x-amz-target': String(target) }) };
    const passed = await fetch(`${MOTO_URL}${incoming.url}`, { method: 'POST', headers, body });
    outgoing.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'text/xml' });
    return outgoing.end(Buffer.from(await passed.arrayBuffer()));
  });
  const { env, close } = await listenAsAws(server);
  return { operations, env, [Symbol.asyncDispose]: close };
}
