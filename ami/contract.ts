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

/**
 * Times of a launch, in seconds. The launch hook's heartbeat starts before the instance boots. By `deadline`, which
 * starts when the instance's unit does, the instance has completed the action or has failed to.
 */
export const LAUNCH_S = {
  /** A service that is not healthy by then is abandoned. */
  healthy: 180,
  /** Pauses between attempts to complete the action; they double. */
  firstPause: 1,
  longestPause: 5,
  /** An attempt without an answer ends after this. */
  attempt: 5,
  deadline: 240,
  /** Auto Scaling terminates an instance that it has not heard from. Booting takes about 30 s. */
  heartbeat: 300,
} as const;
