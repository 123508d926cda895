import type { Rule } from './rule.ts';

/** Days without a successful export after which an alarm is raised. A run that succeeds has exported all days. */
export const ARCHIVE_LATE_DAYS = 2;

/**
 * The least number of days after which timestamps may expire: a week for people to react to the alarm. Point-in-time
 * recovery also has what has expired, so the last 35 days can still be exported.
 */
const LEAST_RETENTION_DAYS = ARCHIVE_LATE_DAYS + 7;

/** Timestamps may expire only after they have been exported. */
export const RETENTION_RULES: readonly Rule[] = [
  {
    broken: (_, { retentionDays, archive }) => retentionDays > 0 && !archive,
    message: ({ retentionDays }) =>
      `Setting retentionDays is ${retentionDays}, but archive is false: timestamps would be lost when they expire. ` +
      'Use -c archive=true',
  },
  {
    broken: (_, { retentionDays }) => retentionDays > 0 && retentionDays < LEAST_RETENTION_DAYS,
    message: ({ retentionDays }) =>
      `Setting retentionDays is ${retentionDays}, expected 0 or at least ${LEAST_RETENTION_DAYS}: the alarm on a missing ` +
      `export is raised after ${ARCHIVE_LATE_DAYS} days, and people need a week. Use -c retentionDays=…`,
  },
  {
    broken: (_, { retentionDays, ttl }) => retentionDays > 0 && !ttl,
    message: ({ retentionDays }) =>
      `Setting retentionDays is ${retentionDays}, but ttl is false: DynamoDB would delete nothing. Use -c ttl=true`,
  },
];
