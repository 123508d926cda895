import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import { ENV } from '../../../../server/contract.ts';
import { bootContainer, type Container, type ContainerFile } from '../../../machine/container.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { authorizedKeys } from '../../../machine/ssh.ts';
import type { ZonedInstance } from '../../../scaling/model/zones.ts';
import type { LaunchOutcome } from './launch-hook.ts';
import type { MetadataInstance } from './metadata-service.ts';
import { type Attachment, AWS_PORT, addressIn, OUTSIDE, type StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';

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
const CLOUD_INIT_DIRECTORY = '/var/lib/cloud/instance';

/**
 * Launches instances of the group's launch template in a zone, each with a new id and address; does not wait until they
 * have booted. The metadata service reads `metadataFile`.
 */
export function launcherOf(
  { subnets, groupOf, userData }: StageFacts,
  network: StageNetwork,
  { key, directory, undo }: Sandbox,
  metadataFile: string,
) {
  const launched: MetadataInstance[] = [];
  const files = [...userDataFiles(userData), authorizedKeys(key)];
  return async (zone: string, image: string): Promise<Member> => {
    const subnet = subnets.find((candidate) => candidate.zone === zone);
    if (!subnet) throw new Error(`the stage has no subnet in ${zone}`);
    const id = `i-${randomBytes(9).toString('hex').slice(1)}`;
    const address = addressIn(subnet.cidr, FIRST_ADDRESS + launched.length);
    const attachment = await network.attach(id, address, groupOf.app);
    launched.push({ id, address, zone });
    // A rename is atomic: the service reads the file at any time.
    await writeFile(`${metadataFile}.new`, JSON.stringify(launched));
    await rename(`${metadataFile}.new`, metadataFile);
    const instance = await bootContainer({ name: id, image, namespace: attachment.namespace, directory, files }, undo);
    return { id, zone, attachment, instance, image, state: 'pending', launchedS: performance.now() / 1_000 };
  };
}

/**
 * Files by which an instance executes its user data at first boot. Debian's cloud image has cloud-init; here a unit of
 * the same name replaces its last stage, so that the image's own boot order is tested too.
 */
export function userDataFiles(userData: string): ContainerFile[] {
  const [script, endpoints] = [`${CLOUD_INIT_DIRECTORY}/user-data.txt`, `${CLOUD_INIT_DIRECTORY}/endpoints`];
  return [
    { path: script, text: userData, mode: 0o600 },
    {
      path: endpoints,
      // Endpoints come from DNS on AWS, and metrics go to CloudWatch; the scaling drill needs the CPU load endpoint.
      text: `AWS_ENDPOINT_URL_DYNAMODB=http://${OUTSIDE.database}:${AWS_PORT}
AWS_ENDPOINT_URL_AUTO_SCALING=http://${OUTSIDE.autoScaling}:${AWS_PORT}
${ENV.cloudwatchMetrics}=off
${ENV.loadEndpoint}=on
`,
    },
    {
      path: '/etc/systemd/system/cloud-final.service',
      text: `[Unit]
Description=Replacement of cloud-init: execute user data
After=multi-user.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/bash ${script}
ExecStart=/bin/sh -c 'cat ${endpoints} >>${IMAGE_PATHS.envFile}'
`,
    },
    {
      path: '/etc/systemd/system/graphical.target.d/50-cloud-final.conf',
      text: '[Unit]\nWants=cloud-final.service\n',
    },
  ];
}
