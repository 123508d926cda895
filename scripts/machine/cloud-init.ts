import type { ContainerFile } from './container.ts';

const SEED = '/var/lib/cloud/seed/nocloud';

/**
 * Files with which the image's own cloud-init runs user data at first boot, and then a command. A seed takes the place
 * of EC2's metadata. The network needs no configuration.
 * https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
 */
export function cloudInitFiles(userData: string, command?: string): ContainerFile[] {
  // Lines, because a shell script reads the list of data sources. cloud-init runs the scripts of user data and runcmd in
  // the order of their names: part-001, runcmd.
  const lines = ['datasource_list: [NoCloud, None]', 'network: {config: disabled}'];
  if (command) lines.push(`runcmd: ${JSON.stringify([command])}`);
  return [
    { path: `${SEED}/meta-data`, text: 'instance-id: i-0123456789abcdef0\n' },
    { path: `${SEED}/user-data`, text: userData, mode: 0o600 },
    { path: '/etc/cloud/cloud.cfg.d/99-no-cloud.cfg', text: `${lines.join('\n')}\n` },
  ];
}
