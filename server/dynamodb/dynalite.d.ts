declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** @param options.path the LevelDB folder; without it the data is in memory */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}

declare module 'dynalite/db/index.js' {
  import type { Store, Table } from './embedded/store.ts';

  const db: {
    create(options: object): Store;
    /** The key of an item inside the table's part of LevelDB. */
    createKey(keyOrItem: unknown, table: Table): string;
    itemSize(item: unknown): number;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    /** Both throw an error with the answer to send. */
    checkTypes(data: object, types: object): object;
    checkValidations(data: object, types: object, custom: unknown, store: unknown): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*Item.js' {
  const validation: { readonly types: object; readonly custom: unknown };
  export default validation;
}

declare module 'dynalite/actions/*Item.js' {
  export default function action(store: unknown, data: object, done: (error: Error | null) => void): void;
}

declare module 'dynalite/actions/*Table.js' {
  export default function action(
    store: unknown,
    data: object,
    done: (error: Error | null, answer?: object) => void,
  ): void;
}

declare module 'dynalite/validations/*Table.js' {
  const validation: { readonly types: object; readonly custom: unknown };
  export default validation;
}
