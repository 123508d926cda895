import type { Settings } from './table.ts';

/** Describes an invalid combination of valid settings. */
export interface Rule {
  readonly broken: (stage: string, settings: Settings) => boolean;
  readonly message: (settings: Settings) => string;
}
