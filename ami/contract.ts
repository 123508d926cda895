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
  /** Last value of the stage's secret, in memory (tmpfs): no disk holds it. */
  secretCache: '/run/stampede/secret.json',
} as const;

/** The image's `net.ipv4.ip_local_port_range`, without the server's port; the network ACLs allow answers to it. */
export const CLIENT_PORTS = { from: 10_240, to: 65_535 } as const;

/** Debian's account: https://wiki.debian.org/Cloud/AmazonEC2Image */
export const DEBIAN_ACCOUNT = '136693071363';

/** Tag of everything that Packer creates. The bake role may change only resources that have it. */
export const BUILDER_TAG = { key: 'stampede:builder', value: 'packer' } as const;

/** Prefix of the SSM parameters that name AMIs: `/stampede/ami/<commit>`, `…/candidate`, `…/current`. */
export const AMI_PARAMETER_PREFIX = '/stampede/ami';

/**
 * Times of a launch, in seconds. Within `heartbeat`, Auto Scaling must have heard from the instance: it boots, waits for
 * its clock, waits for its service, and completes the launch lifecycle action.
 */
export const LAUNCH_S = {
  /** A generous estimate. */
  boot: 30,
  /** The service starts after this even if the clock is not synchronised. */
  clock: 30,
  /** From here on by the launch hook's own clock: a service that is not healthy by then is abandoned. */
  healthy: 150,
  /** Pauses between attempts to complete the action; they double. */
  firstPause: 1,
  longestPause: 5,
  /** An attempt without an answer ends after this. */
  attempt: 5,
  /** By then the action is completed, or the hook has failed. */
  deadline: 210,
  /** Auto Scaling terminates an instance that it has not heard from by then. */
  heartbeat: 300,
} as const;
