import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import { ENV } from '../../../../server/contract.ts';
import { cloudInitFiles } from '../../../machine/cloud-init.ts';
import { bootContainer, type Container, type ContainerFile } from '../../../machine/container.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { authorizedKeys } from '../../../machine/ssh.ts';
import type { ZonedInstance } from '../../../scaling/model/zones.ts';
import type { LaunchHook, LaunchResult } from '../../../scaling/template/group.ts';
import { metadataOf } from './metadata-service.ts';
import { type Attachment, AWS_PORT, addressIn, OUTSIDE, type StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';

/** How a launch ended, and what decided it. */
export interface LaunchOutcome {
  readonly result: LaunchResult;
  readonly by: 'instance' | 'timeout' | 'no hook';
  /** How many calls of the instance were refused before. @default - it made none */
  readonly refused?: number;
}

/** An instance of the group. */
export interface Member extends ZonedInstance {
  readonly id: string;
  readonly attachment: Attachment;
  readonly instance: Container;
  readonly image: string;
  state: 'pending' | 'inService' | 'terminating';
  /** How its launch hook ended; undefined while it waits. With CONTINUE it becomes a target of the load balancer. */
  launch?: LaunchOutcome;
  /** By `performance.now()`. @default - not in service yet */
  inServiceAtMs?: number;
}

/** The first four addresses of a subnet are AWS's own; see the VPC user guide, "Subnet CIDR blocks". */
const FIRST_ADDRESS = 10;

/** Launches instances of the launch template, each with a new id and address and a file for the metadata service. */
export function launcherOf(
  facts: StageFacts,
  network: StageNetwork,
  sandbox: Sandbox,
  metadataFolder: string,
  more: Readonly<Record<string, string>> = {},
) {
  const { subnets, groupOf } = facts;
  const { key, directory, undo } = sandbox;
  let [launches, userData] = [0, facts.userData];
  const launch = async (zone: string, image: string): Promise<Member> => {
    const subnet = subnets.find((candidate) => candidate.zone === zone);
    if (!subnet) throw new Error(`the stage has no subnet in ${zone}`);
    const id = `i-${randomBytes(9).toString('hex').slice(1)}`;
    const address = addressIn(subnet.cidr, FIRST_ADDRESS + launches++);
    const attachment = await network.attach(id, address, groupOf.app);
    const metadata = metadataOf(id, address, zone, new Date());
    await writeFile(join(metadataFolder, `${address}.json`), JSON.stringify(metadata));
    const files = [...userDataFiles(userData, more), authorizedKeys(key)];
    const instance = await bootContainer({ name: id, image, namespace: attachment.namespace, directory, files }, undo);
    return { id, zone, attachment, instance, image, state: 'pending', launchedS: performance.now() / 1_000 };
  };
  return {
    launch,
    /** Launches with other user data from now on, like a new version of the launch template. */
    useUserData: (text: string): void => {
      userData = text;
    },
  };
}

/** Files with which cloud-init runs the template's user data, and adds settings for the replacements of AWS. */
export function userDataFiles(userData: string, more: Readonly<Record<string, string>> = {}): ContainerFile[] {
  const endpoints = '/var/lib/cloud/seed/endpoints';
  return [
    ...cloudInitFiles(userData, `cat ${endpoints} >>${IMAGE_PATHS.envFile}`),
    {
      path: endpoints,
      // Endpoints come from DNS on AWS; the scaling drill needs the CPU load endpoint.
      text: `AWS_ENDPOINT_URL_DYNAMODB=http://${OUTSIDE.database}:${AWS_PORT}
AWS_ENDPOINT_URL_AUTO_SCALING=http://${OUTSIDE.autoScaling}:${AWS_PORT}
AWS_ENDPOINT_URL_SECRETS_MANAGER=http://${OUTSIDE.secrets}:${AWS_PORT}
AWS_ENDPOINT_URL_CLOUDWATCH=http://${OUTSIDE.cloudWatch}:${AWS_PORT}
AWS_ENDPOINT_URL_S3=http://${OUTSIDE.s3}:${AWS_PORT}
${ENV.loadEndpoint}=on
${Object.entries(more)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('')}`,
    },
  ];
}

/** Auto Scaling's side of the launch hook: it receives the result of each instance, and applies the timeout. */
export function launchOutcomes(hook: LaunchHook | undefined) {
  const outcomes = new Map<string, LaunchOutcome>();
  const actionSchema = z.object({
    LifecycleHookName: z.literal(hook?.name),
    AutoScalingGroupName: z.literal(hook?.groupName),
    InstanceId: z.string(),
    LifecycleActionResult: z.enum(['CONTINUE', 'ABANDON']),
    refused: z.number(),
  });
  return {
    /** Takes one `CompleteLifecycleAction`. Only the first one of an instance for this group's own hook counts. */
    receive: (action: unknown): void => {
      const { data } = actionSchema.safeParse(action);
      if (!data || outcomes.has(data.InstanceId)) return;
      outcomes.set(data.InstanceId, { result: data.LifecycleActionResult, by: 'instance', refused: data.refused });
    },
    /** Outcome of the launch of an instance that has waited so many of the template's seconds; undefined: it waits. */
    outcomeOf: (id: string, waitedS: number): LaunchOutcome | undefined => {
      if (!hook) return { result: 'CONTINUE', by: 'no hook' };
      const outcome = outcomes.get(id);
      if (outcome) return outcome;
      return waitedS > hook.timeoutS ? { result: hook.defaultResult, by: 'timeout' } : undefined;
    },
  };
}
