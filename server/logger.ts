import { type Logger, pino, stdTimeFunctions } from 'pino';

/** Creates a logger that writes JSON lines to stdout. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { worker: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
