import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** A deployed CloudFormation stack. */
export interface DeployedStack {
  readonly name: string;
  /** CloudFormation's word, `UPDATE_COMPLETE`. */
  readonly status: string;
  /** Whether CloudFormation refuses to delete it. */
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The parts of a CloudFormation template that the scripts read. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
}

/** A resource that a stack has. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Name, id or ARN. */
  readonly physicalId: string;
}

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
  return JSON.parse(await deployedTemplateText(name)) as Template;
}

/** Reads the text of the template that a stack was last deployed with. */
export async function deployedTemplateText(name: string): Promise<string> {
  const call = client().send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Processed' }));
  const { TemplateBody = '{"Resources":{}}' } = await explained(`read the template of ${name}`, call);
  return TemplateBody;
}

/** Reads the resources that a stack has now. */
export async function stackResources(name: string): Promise<readonly StackResource[]> {
  const pages = Array.fromAsync(paginateListStackResources({ client: client() }, { StackName: name }));
  const summaries = (await explained(`list the resources of ${name}`, pages)).flatMap(
    (page) => page.StackResourceSummaries ?? [],
  );
  return summaries.map(({ LogicalResourceId = '', ResourceType = '', PhysicalResourceId = '' }) => ({
    logicalId: LogicalResourceId,
    type: ResourceType,
    physicalId: PhysicalResourceId,
  }));
}
