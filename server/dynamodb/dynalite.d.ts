declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** @param options.path the LevelDB folder; without one the data stays in memory */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
