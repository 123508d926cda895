/** A minimum of the fleet that holds from a time on. */
export interface ScheduledMinimum {
  readonly name: string;
  readonly cron: string;
  readonly minimum: number;
}

/** Reads an entry of the settings, `name=cron=minimum`. */
export function scheduledMinimum(entry: string): ScheduledMinimum {
  const [name = '', cron = '', minimum] = entry.split('=');
  return { name, cron, minimum: Number(minimum) };
}
