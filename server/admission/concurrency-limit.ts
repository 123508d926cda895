import { ServiceError } from '../errors.ts';

export interface ConcurrencyLimitOptions {
  /** What is limited, in the plural, for the error. */
  readonly name: string;
  /** The number of operations that may run at the same time. */
  readonly max: number;
  /** Whether timestamps already wait too long. @default - the operations are not less important than timestamps */
  readonly isOverloaded?: () => boolean;
  /** Called with every refusal. */
  readonly onRefused?: () => void;
}

/** Runs an operation, or rejects with `overloaded`. */
export type ConcurrencyLimit = <T>(operation: () => Promise<T>) => Promise<T>;

/**
 * Limits operations that run at the same time. While timestamps wait too long, it refuses all that are less important.
 * Nothing waits: clients repeat after `Retry-After`.
 */
export function createConcurrencyLimit({
  name,
  max,
  isOverloaded,
  onRefused,
}: ConcurrencyLimitOptions): ConcurrencyLimit {
  let running = 0;

  function refuse(reason: string): never {
    onRefused?.();
    throw new ServiceError('overloaded', reason, { retryAfterS: 1 });
  }

  return async (operation) => {
    if (isOverloaded?.()) refuse(`this process is overloaded and serves no ${name}`);
    if (running >= max) refuse(`this process already serves ${running} ${name}`);
    running += 1;
    try {
      return await operation();
    } finally {
      running -= 1;
    }
  };
}
