import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import { ENV } from '../../../../server/contract.ts';
import type { ContainerFile } from '../../../machine/container.ts';
import { AWS_PORT, OUTSIDE } from './addresses.ts';

const DIRECTORY = '/var/lib/cloud/instance';

/**
 * Files by which an instance executes its user data at first boot. Debian's cloud image has cloud-init; here a unit of
 * the same name stands in for its last stage, so that the image's own ordering is rehearsed too.
 */
export function userDataFiles(userData: string): ContainerFile[] {
  return [
    { path: `${DIRECTORY}/user-data.txt`, text: userData, mode: 0o600 },
    {
      path: `${DIRECTORY}/endpoints`,
      // What DNS would tell on AWS; nobody would take metrics here; and the CPU load that scaling is drilled with.
      text: [
        `AWS_ENDPOINT_URL_DYNAMODB=http://${OUTSIDE.database}:${AWS_PORT}`,
        `AWS_ENDPOINT_URL_AUTO_SCALING=http://${OUTSIDE.autoScaling}:${AWS_PORT}`,
        `${ENV.cloudwatchMetrics}=off`,
        `${ENV.loadEndpoint}=on`,
        '',
      ].join('\n'),
    },
    {
      path: '/etc/systemd/system/cloud-final.service',
      text: `[Unit]
Description=Stand-in for cloud-init: execute user data
After=multi-user.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/bash ${DIRECTORY}/user-data.txt
ExecStart=/bin/sh -c 'cat ${DIRECTORY}/endpoints >>${IMAGE_PATHS.envFile}'
`,
    },
    {
      path: '/etc/systemd/system/graphical.target.d/50-cloud-final.conf',
      text: '[Unit]\nWants=cloud-final.service\n',
    },
  ];
}
