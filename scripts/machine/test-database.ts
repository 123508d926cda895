import type { Undo } from '../cli/undo.ts';
import { type Inside, lend } from './background-process.ts';

/** Where a lent database listens, and the one table it has. */
export interface LentDatabase {
  readonly host: string;
  readonly port: number;
  readonly table: string;
}

/** Starts dynalite and waits until its table is there. */
export async function lendDatabase({ host, port, table }: LentDatabase, undo: Undo, inside?: Inside): Promise<void> {
  await lend({ script: 'test-database-process.ts', host, port, args: [table] }, undo, inside);
}
