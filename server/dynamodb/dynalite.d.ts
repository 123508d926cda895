declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** @param options.path the LevelDB folder; without it the data is in memory */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
