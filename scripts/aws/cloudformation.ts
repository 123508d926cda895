import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields, pairs, readList } from './call.ts';

const text = z.string();

const stack = fields({
  name: ['StackName', text],
  /** CloudFormation's word, `UPDATE_COMPLETE`. */
  status: ['StackStatus', text],
  /** Whether CloudFormation refuses to delete it. */
  isProtected: ['EnableTerminationProtection', z.boolean().default(false)],
  outputs: ['Outputs', pairs('OutputKey', 'OutputValue')],
});

const template = z.object({ Resources: z.record(text, z.object({ Type: text, DeletionPolicy: text.optional() })) });

const resource = fields({
  logicalId: ['LogicalResourceId', text],
  type: ['ResourceType', text],
  /** Name, id or ARN. */
  physicalId: ['PhysicalResourceId', text.default('')],
});

/** A resource that a stack has. */
export type StackResource = z.infer<typeof resource>;

const client = () => new CloudFormation(CLIENT_SETTINGS);

/** Reads one stack; undefined when there is none of that name. */
export async function findStack(name: string) {
  const call = client().describeStacks({ StackName: name }).catch(noStackIfMissing);
  return (await readList(`read the stack ${name}`, [call], ({ Stacks }) => Stacks, stack))[0];
}

/** CloudFormation has no error of its own for a stack that does not exist. */
function noStackIfMissing(error: Error) {
  if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return { Stacks: [] };
  throw error;
}

/** Reads the template that a stack was last deployed with. */
export async function deployedTemplate(name: string) {
  return checked(`read the template of ${name}`, template, JSON.parse(await deployedTemplateText(name)));
}

/** Reads the text of the template that a stack was last deployed with. */
export async function deployedTemplateText(name: string): Promise<string> {
  const call = client().getTemplate({ StackName: name, TemplateStage: 'Processed' });
  const { TemplateBody = '{"Resources":{}}' } = await explained(`read the template of ${name}`, call);
  return TemplateBody;
}

/** Reads the resources that a stack has now. */
export async function stackResources(name: string): Promise<readonly StackResource[]> {
  const pages = client().paginateListStackResources({ StackName: name });
  return readList(`list the resources of ${name}`, pages, (page) => page.StackResourceSummaries, resource);
}
