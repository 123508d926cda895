/** Days without a successful export after which an alarm is raised. A run that succeeds has exported all days. */
export const ARCHIVE_LATE_DAYS = 2;
