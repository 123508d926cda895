/** An error whose message is written for the operator: what is wrong, the value, what is expected, what to do. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** The command line itself is wrong; exits 2 like every Unix tool, and points to `--help`. */
export class UsageError extends OperatorError {
  override name = 'UsageError';
}
