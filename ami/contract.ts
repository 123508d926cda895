/** Facts about the image that the stack, the scripts and the image spec need. It imports nothing. */

/** Paths on an instance. */
export const IMAGE_PATHS = {
  app: '/opt/stampede',
  /** Written by user data at first boot and read by the server at start (`ENV.envFile`). */
  envFile: '/etc/stampede/env',
  /** Facts about the bake: versions, commit, time. */
  bakeFacts: '/etc/stampede/image.json',
  /** Folder (tmpfs) in which the workers of one instance aggregate their metrics. */
  metricsDir: '/run/stampede/metrics',
} as const;

/** The image's `net.ipv4.ip_local_port_range`, without the server's port; the network ACLs allow answers to it. */
export const CLIENT_PORTS = { from: 10_240, to: 65_535 } as const;

/** Prefix of the SSM parameters that name AMIs: `/stampede/ami/<commit>`, `…/candidate`, `…/current`. */
export const AMI_PARAMETER_PREFIX = '/stampede/ami';
