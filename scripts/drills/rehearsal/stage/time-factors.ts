/**
 * Seconds of the template that pass in a real one. Booting, the server's own deadlines and the time that an answer takes
 * are not compressed: this machine is no faster than an instance.
 */
export const TIME_FACTORS = {
  /** Health check interval and deregistration delay. */
  balancer: 20,
  /** The time that the group waits for a launching instance: a real boot must end in it, also of four at once. */
  launch: 12,
  /** Alarms, periods and warm-up. */
  scaling: 60,
} as const;

/** Milliseconds that a time of the template takes here. */
export function scaledMs(seconds: number, timeFactor: number): number {
  return Math.max(1, Math.round((seconds * 1_000) / timeFactor));
}
