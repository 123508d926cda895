/** The commit windows that are measured, in milliseconds. 0: no window. */
export const COMMIT_WINDOWS = [0, 10, 25, 50, 100] as const;
export type CommitWindow = (typeof COMMIT_WINDOWS)[number];

/** The commit window of prod (infra/settings/table.ts; a test compares them). */
export const PROD_WINDOW_MS = 50;

/** The server with a commit window, by its name in the results. */
export function serverWithWindow<const Ms extends CommitWindow>(ms: Ms) {
  type Name = Ms extends 0 ? 'stampede' : `stampede-window-${Ms}`;
  return (ms === 0 ? 'stampede' : `stampede-window-${ms}`) as Name;
}

/** The server as prod runs it. */
export const PROD = serverWithWindow(PROD_WINDOW_MS);
