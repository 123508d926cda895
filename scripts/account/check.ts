/**
 * A requirement of the stage, compared with the account. `missing`: a deployment would fail. `warning`: it would succeed, but
 * something would fail later, or the check could not be made.
 */
export interface Check {
  readonly state: 'ok' | 'warning' | 'missing';
  /** What was compared, and what to do when it is not ok. */
  readonly text: string;
}
