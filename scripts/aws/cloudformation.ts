import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, readPages } from './call.ts';

/** A deployed CloudFormation stack. */
export interface DeployedStack {
  readonly name: string;
  /** CloudFormation's word, `UPDATE_COMPLETE`. */
  readonly status: string;
  /** Whether CloudFormation refuses to delete it. */
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The parts of a deployed template that the scripts read. */
export type Template = z.infer<typeof templateSchema>;

/** A resource that a stack has. */
export type StackResource = z.infer<typeof resourceSchema>;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), DeletionPolicy: z.string().optional() })),
});

const resourceSchema = z
  .object({ LogicalResourceId: z.string(), ResourceType: z.string(), PhysicalResourceId: z.string().default('') })
  .transform((it) => ({ logicalId: it.LogicalResourceId, type: it.ResourceType, physicalId: it.PhysicalResourceId }));

const client = () => new CloudFormationClient(CLIENT_SETTINGS);

/** Reads one stack; undefined when there is none of that name. */
export async function findStack(name: string): Promise<DeployedStack | undefined> {
  const call = client()
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch(unlessMissing);
  const stack = (await explained(`read the stack ${name}`, call))?.Stacks?.[0];
  if (!stack) return undefined;
  const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  return {
    name,
    status: stack.StackStatus ?? 'unknown',
    isProtected: stack.EnableTerminationProtection ?? false,
    outputs: Object.fromEntries(outputs),
  };
}

/** CloudFormation has no error of its own for a stack that does not exist. */
function unlessMissing(error: Error): undefined {
  if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return undefined;
  throw error;
}

/** Reads the template that a stack was last deployed with. */
export async function deployedTemplate(name: string): Promise<Template> {
  return checked(`read the template of ${name}`, templateSchema, JSON.parse(await deployedTemplateText(name)));
}

/** Reads the text of the template that a stack was last deployed with. */
export async function deployedTemplateText(name: string): Promise<string> {
  const call = client().send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Processed' }));
  const { TemplateBody = '{"Resources":{}}' } = await explained(`read the template of ${name}`, call);
  return TemplateBody;
}

/** Reads the resources that a stack has now. */
export async function stackResources(name: string): Promise<readonly StackResource[]> {
  const doing = `list the resources of ${name}`;
  const pages = paginateListStackResources({ client: client() }, { StackName: name });
  return checked(doing, resourceSchema.array(), await readPages(doing, pages, (page) => page.StackResourceSummaries));
}
