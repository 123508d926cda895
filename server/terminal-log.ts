/** The fields of a log line that are not shown on a terminal, or not as `name=value`. */
const SHOWN_APART = new Set(['level', 'time', 'worker', 'msg', 'err']);

/**
 * A JSON line of the log as a line for people: time (UTC), level, message, then the other fields as `name=value`. An
 * error's stack follows on lines of its own.
 */
export function terminalLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as LogLine;
  const facts = Object.entries(fields).filter(([name]) => !SHOWN_APART.has(name));
  const words = [time.slice(11, 23), level.padEnd(5), msg, ...facts.map(([name, value]) => `${name}=${text(value)}`)];
  return [words.join(' '), ...(err?.stack?.split('\n') ?? [])].join('\n').concat('\n');
}

interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly stack?: string };
}

function text(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
