/**
 * Seconds of the template that pass in one real second. Booting, the server's own deadlines and response times are not
 * compressed: this machine is no faster than an instance.
 */
export const TIME_FACTORS = {
  /** Health check interval and deregistration delay. */
  loadBalancer: 20,
  /** Timeout of the launch hook: a real boot must end in it, also when four instances boot at once. */
  launchHook: 12,
  /** Alarms, periods and warm-up. */
  scaling: 60,
} as const;

/** Milliseconds that a time of the template takes here. */
export function scaledMs(seconds: number, timeFactor: number): number {
  return Math.max(1, Math.round((seconds * 1_000) / timeFactor));
}
