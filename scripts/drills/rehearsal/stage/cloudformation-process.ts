/**
 * CloudFormation, as far as an operator reads deployed stacks: `cloudformation-process.ts HOST PORT STACKS_FILE`. Other
 * stacks do not exist, and other requests are refused.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type AwsCall, readCall, readSigner } from '../../../rights/call.ts';
import type { DeployedStack } from './deployed-stacks.ts';

/** The server, which is not yet listening. */
export function createCloudFormation(stacks: readonly DeployedStack[]): Server {
  return createServer(async (request, response) => {
    const call = readCall(request, await buffer(request));
    const { status, body } = readSigner(request.headers)
      ? answerTo(call, stacks)
      : refused(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
}

function answerTo({ operation, params }: AwsCall, stacks: readonly DeployedStack[]) {
  const read = OPERATIONS[operation];
  if (!read) return refused(400, 'InvalidAction', `this endpoint only reads stacks, and cannot ${operation}`);
  const name = String(params['StackName']);
  const stack = stacks.find(({ name: own, id }) => own === name || id === name);
  if (!stack) return refused(400, 'ValidationError', `Stack with id ${name} does not exist`);
  const result = `<${operation}Result>${read(stack)}</${operation}Result>`;
  return { status: 200, body: `<${operation}Response>${result}</${operation}Response>` };
}

const OPERATIONS: Readonly<Record<string, (stack: DeployedStack) => string>> = {
  DescribeStacks: ({ id, name, outputs }) => {
    const member = Object.entries(outputs).map(([key, value]) => listed({ OutputKey: key, OutputValue: value }));
    const fields = elements({ StackId: id, StackName: name, StackStatus: 'CREATE_COMPLETE' });
    return `<Stacks><member>${fields}<Outputs>${member.join('')}</Outputs></member></Stacks>`;
  },
  GetTemplate: ({ template }) => elements({ TemplateBody: template }),
  ListStackResources: ({ resources }) => {
    const member = resources.map(({ logicalId, type, physicalId }) => {
      const ids = { LogicalResourceId: logicalId, PhysicalResourceId: physicalId };
      return listed({ ...ids, ResourceType: type, ResourceStatus: 'CREATE_COMPLETE' });
    });
    return `<StackResourceSummaries>${member.join('')}</StackResourceSummaries>`;
  },
};

function refused(status: number, code: string, message: string) {
  const error = `<Error><Type>Sender</Type>${elements({ Code: code, Message: message })}</Error>`;
  return { status, body: `<ErrorResponse>${error}</ErrorResponse>` };
}

function listed(fields: Readonly<Record<string, string>>): string {
  return `<member>${elements(fields)}</member>`;
}

function elements(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`)
    .join('');
}

if (import.meta.main) {
  const [host, port, file] = process.argv.slice(2);
  if (!host || !port || !file) throw new Error('usage: cloudformation-process.ts HOST PORT STACKS_FILE');
  const stacks = JSON.parse(await readFile(file, 'utf8')) as DeployedStack[];
  createCloudFormation(stacks).listen(Number(port), host, () => console.log('ready'));
}
