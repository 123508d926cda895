/** An object of a bucket. */
export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
  /** Base64 of the CRC32 with which it was put. */
  readonly crc32?: string | undefined;
}

export interface ListQuery {
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after: string;
  readonly limit: number;
}

/** The objects of one bucket in memory. Keys are ordered by their UTF-8 bytes, as in S3. */
export class Objects {
  readonly #objects = new Map<string, StoredObject>();
  readonly #deletions = new Map<string, number>();

  /** Passed to {@link wasDeletedSince} when a conditional put has been received. */
  deletionsOf(key: string): number {
    return this.#deletions.get(key) ?? 0;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(object: StoredObject): void {
    this.#objects.set(object.key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#deletions.set(key, this.deletionsOf(key) + 1);
  }

  list({ prefix, after, limit }: ListQuery): { objects: StoredObject[]; more: boolean } {
    const found = [...this.#objects.values()]
      .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, after) > 0)
      .sort((one, other) => compareKeys(one.key, other.key));
    return { objects: found.slice(0, limit), more: found.length > limit };
  }
}

function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
