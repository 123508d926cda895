/** Facts of the image that the stack, the scripts and the image's own spec need. It imports nothing. */

/** Paths on an instance. */
export const IMAGE_PATHS = {
  app: '/opt/stampede',
  /** Written by user data at first boot, read by the server at start (`ENV.envFile`). */
  envFile: '/etc/stampede/env',
  /** Facts of the bake: versions, commit, time, package lists. */
  bakeFacts: '/etc/stampede/image.json',
  /** Snapshots with which the workers of one instance add up their metrics (tmpfs). */
  metricsDir: '/run/stampede/metrics',
} as const;

/**
 * Ports from which an instance opens connections: the image's `net.ipv4.ip_local_port_range`, to which the network ACLs
 * admit answers. They leave out the server's own port.
 */
export const CLIENT_PORTS = { from: 10_240, to: 65_535 } as const;

/** Prefix of the SSM parameters that name AMIs: `/stampede/ami/<commit>`, `…/candidate`, `…/current`. */
export const AMI_PARAMETER_PREFIX = '/stampede/ami';
