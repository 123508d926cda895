import type { Deadline } from '../retry.ts';

export interface ListedObject {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

export interface ObjectPage {
  /** In the order of their keys, at most 1,000. */
  readonly objects: readonly ListedObject[];
  readonly more: boolean;
}

/** The port to the bucket, implemented by `s3-bucket.ts`. Every call is repeated until the deadline, then rejects. */
export interface SpillBucket {
  /** Creates an object; `false` if there is one with this key, perhaps of an earlier attempt. */
  create(key: string, body: string, deadline: Deadline): Promise<boolean>;
  get(key: string, deadline: Deadline): Promise<string | undefined>;
  /** Objects with greater keys than `after`: the dead letters, then the spilled blocks. */
  list(deadline: Deadline, after?: string): Promise<ObjectPage>;
  delete(key: string, deadline: Deadline): Promise<void>;
}
