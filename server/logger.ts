import { type Logger, pino, stdTimeFunctions } from 'pino';

/** JSON lines on stdout, one per failure and per state change. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { worker: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
