const MINUTE_MS = 60_000;

/** How long ago something was, in its two largest units: `3d 4h`. */
export function age(since: Date, now: Date): string {
  return duration(now.getTime() - since.getTime());
}

/** How long something takes, in its two largest units; `0m` if it is negative. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days}d ${hours}h`;
  return hours > 0 ? `${hours}h ${minutes % 60}m` : `${minutes}m`;
}
