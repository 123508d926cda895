import manifest from '../package.json' with { type: 'json' };

/** Put in by `scripts/build.ts`. */
declare const STAMPEDE_COMMIT: string;

/** Whether this runs from the source tree, not from the production bundle. */
export const FROM_SOURCE: boolean = typeof STAMPEDE_COMMIT === 'undefined';
export const VERSION: string = manifest.version;
export const COMMIT: string = FROM_SOURCE ? 'source' : STAMPEDE_COMMIT;
