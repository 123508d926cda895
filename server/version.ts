import manifest from '../package.json' with { type: 'json' };

/** Defined by `scripts/build.ts`. */
declare const STAMPEDE_COMMIT: string;

/** Whether the server runs from the source tree rather than from the production bundle. */
export const FROM_SOURCE: boolean = typeof STAMPEDE_COMMIT === 'undefined';
export const VERSION: string = manifest.version;
export const COMMIT: string = FROM_SOURCE ? 'source' : STAMPEDE_COMMIT;
