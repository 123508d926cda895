import {
  CloudFormation,
  type DescribeStackEventsCommandOutput,
  type StackResourceDriftStatus,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields, pairs, readList } from './call.ts';

const text = z.string();

const stack = fields({
  /** ARN: other than the name, it also finds a stack that was deleted. */
  id: ['StackId', text],
  name: ['StackName', text],
  /** CloudFormation's word, `UPDATE_COMPLETE`. */
  status: ['StackStatus', text],
  /** Whether CloudFormation refuses to delete it. */
  isProtected: ['EnableTerminationProtection', z.boolean().default(false)],
  createdAt: ['CreationTime', z.date().optional()],
  outputs: ['Outputs', pairs('OutputKey', 'OutputValue')],
  tags: ['Tags', pairs('Key', 'Value')],
});

/** A stack. */
export type Stack = z.infer<typeof stack>;

const template = z.object({ Resources: z.record(text, z.object({ Type: text, DeletionPolicy: text.optional() })) });

const resource = fields({
  logicalId: ['LogicalResourceId', text],
  type: ['ResourceType', text],
  /** Name, id or ARN. */
  physicalId: ['PhysicalResourceId', text.default('')],
  /** `CREATE_COMPLETE`; `DELETE_COMPLETE` for one that a stack no longer has. */
  status: ['ResourceStatus', text],
});

/** A resource that a stack has. */
export type StackResource = z.infer<typeof resource>;

const event = fields({
  id: ['EventId', text],
  stackId: ['StackId', text],
  logicalId: ['LogicalResourceId', text],
  physicalId: ['PhysicalResourceId', text.default('')],
  type: ['ResourceType', text],
  status: ['ResourceStatus', text],
  reason: ['ResourceStatusReason', text.default('')],
});

/** Something that CloudFormation did with a resource of a stack, or with the stack itself. */
export type StackEvent = z.infer<typeof event>;

const client = () => new CloudFormation(CLIENT_SETTINGS);

/** Reads one stack by its name or id; undefined when there is none. A deleted one is found by its id only. */
export async function findStack(nameOrId: string): Promise<Stack | undefined> {
  const call = client().describeStacks({ StackName: nameOrId }).catch(noStackIfMissing);
  return (await readList(`read the stack ${nameOrId}`, [call], ({ Stacks }) => Stacks, stack))[0];
}

/** Reads the stacks that exist, in the order of their names or ids. */
export async function findStacks(namesOrIds: readonly string[]): Promise<Stack[]> {
  return (await Promise.all(namesOrIds.map(findStack))).filter((stack) => stack !== undefined);
}

/** Reads all stacks of the region that are not deleted. */
export async function listStacks(): Promise<Stack[]> {
  return readList('list the stacks', client().paginateDescribeStacks({}), ({ Stacks }) => Stacks, stack);
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

/**
 * Reads what CloudFormation's newest operation on a stack did, the newest event first and the operation's start last;
 * nothing when there is no such stack.
 */
export async function eventsOfNewestOperation(nameOrId: string): Promise<readonly StackEvent[]> {
  const pages = pagesToStart(client().paginateDescribeStackEvents({ StackName: nameOrId }));
  const events = await readList(`read the events of ${nameOrId}`, pages, (page) => page.StackEvents, event);
  const startIndex = events.findIndex(isStart);
  return startIndex < 0 ? events : events.slice(0, startIndex + 1);
}

/** Old operations need not be read. */
async function* pagesToStart(pages: AsyncIterable<DescribeStackEventsCommandOutput>) {
  try {
    for await (const page of pages) {
      yield page;
      const isFound = page.StackEvents?.some((raw) => {
        const { success, data } = event.safeParse(raw);
        return success && isStart(data);
      });
      if (isFound) return;
    }
  } catch (error) {
    noStackIfMissing(error as Error);
  }
}

function isStart(candidate: StackEvent): boolean {
  return isOfStack(candidate) && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(candidate.status);
}

/** Whether an event is about the stack itself. */
export function isOfStack({ type, physicalId, stackId }: StackEvent): boolean {
  return type === 'AWS::CloudFormation::Stack' && physicalId === stackId;
}

const detection = fields({
  /** `DETECTION_IN_PROGRESS`, `DETECTION_COMPLETE` or `DETECTION_FAILED`. */
  status: ['DetectionStatus', text],
  reason: ['DetectionStatusReason', text.default('')],
});

const drift = fields({
  logicalId: ['LogicalResourceId', text],
  type: ['ResourceType', text],
  /** `MODIFIED` or `DELETED`. */
  status: ['StackResourceDriftStatus', text],
  differences: [
    'PropertyDifferences',
    fields({ path: ['PropertyPath', text], expected: ['ExpectedValue', text], actual: ['ActualValue', text] })
      .array()
      .default([]),
  ],
});

/** A resource that is no longer as its template says. */
export type ResourceDrift = z.infer<typeof drift>;

/** Starts to compare the resources of a stack with its template; returns the id of the detection. */
export async function detectDrift(name: string): Promise<string> {
  const doing = `detect the drift of ${name}`;
  const answer = await explained(doing, client().detectStackDrift({ StackName: name }));
  return checked(doing, fields({ id: ['StackDriftDetectionId', text] }), answer).id;
}

/** How far a detection is. */
export async function describeDetection(name: string, id: string) {
  const doing = `read the drift detection of ${name}`;
  const call = client().describeStackDriftDetectionStatus({ StackDriftDetectionId: id });
  return checked(doing, detection, await explained(doing, call));
}

/** The resources of a stack that were found to be different from its template. */
export function driftedResources(name: string): Promise<ResourceDrift[]> {
  const filters: StackResourceDriftStatus[] = ['MODIFIED', 'DELETED'];
  const request = { StackName: name, StackResourceDriftStatusFilters: filters };
  const pages = client().paginateDescribeStackResourceDrifts(request);
  return readList(`read the drift of ${name}`, pages, (page) => page.StackResourceDrifts, drift);
}

/** Starts to delete a stack, by its id. */
export async function deleteStack({ id, name }: Stack): Promise<void> {
  await explained(`delete the stack ${name}`, client().deleteStack({ StackName: id }));
}

/** Lets a stack be deleted. */
export async function endTerminationProtection(name: string): Promise<void> {
  const request = { StackName: name, EnableTerminationProtection: false };
  await explained(`end the termination protection of ${name}`, client().updateTerminationProtection(request));
}
