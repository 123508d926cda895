import { type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { terminalLine } from './terminal-log.ts';

/** The format of the log. */
export const LOG_FORMAT = {
  base: { worker: process.pid },
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
  serializers: { err: errorFields },
};

/** Creates a logger that writes to stdout: JSON lines, or lines for people if stdout is a terminal. */
export function createLogger(level: string): Logger {
  const options = { ...LOG_FORMAT, level };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, { write: (line: string) => process.stdout.write(terminalLine(line)) });
}

/** The fields of an error, with the name of its first cause: an alarm counts the names that AWS gives to its errors. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { ...stdSerializers.err(error), rootCause: rootCause(error).name };
}

/** Stops after a few causes, because an error can be its own cause. */
function rootCause(error: Error, depth = 0): Error {
  return error.cause instanceof Error && depth < 10 ? rootCause(error.cause, depth + 1) : error;
}
