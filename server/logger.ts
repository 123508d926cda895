import { type Logger, pino, stdTimeFunctions } from 'pino';
import { terminalLine } from './terminal-log.ts';

/** Creates a logger that writes to stdout: JSON lines, or lines for people if stdout is a terminal. */
export function createLogger(level: string): Logger {
  const options = {
    level,
    base: { worker: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, { write: (line: string) => process.stdout.write(terminalLine(line)) });
}
