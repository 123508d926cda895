import type { CommandLine } from '../cli/run.ts';

/** What to read of a log group. */
export interface LogQuery {
  readonly group: string;
  /** As the AWS CLI takes it: `10m`, `2h`, or ISO 8601. */
  readonly since: string;
  /** CloudWatch's filter pattern. @default - all lines */
  readonly filter?: string | undefined;
  /** Keep printing what arrives. */
  readonly follow: boolean;
}

/** Prints a log group's lines, oldest first. */
export function logsLine({ group, since, filter, follow }: LogQuery): CommandLine {
  return [
    ...(['aws', 'logs', 'tail', group, '--format', 'short', '--since', since] as const),
    ...(filter ? ['--filter-pattern', filter] : []),
    ...(follow ? ['--follow'] : []),
  ];
}
