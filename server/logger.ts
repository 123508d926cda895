import { type Logger, pino, stdTimeFunctions } from 'pino';

/** JSON lines on stdout, one per failure and per state change. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    base: { worker: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
