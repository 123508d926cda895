import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The last value of a secret, for workers that start while Secrets Manager does not answer. */
export interface SecretCache {
  /** The cached value; `undefined` if there is none. */
  read(): string | undefined;
  write(value: string): void;
}

/** Keeps nothing. */
export const NO_CACHE: SecretCache = { read: () => undefined, write: () => {} };

/** A file that only the service's user can read. On an instance it is in memory (`/run`), so no disk holds the secret. */
export function fileCache(path: string): SecretCache {
  return {
    read: () => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined; // No worker has written it yet.
      }
    },
    write: (value) => {
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, value, { mode: 0o600 });
      renameSync(temporary, path);
    },
  };
}
