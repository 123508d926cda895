/** What a run of the canary found. */
export interface CanaryRun {
  /** In percent: 100 or 0. */
  readonly Success: number;
  /** Milliseconds of the POST. */
  readonly PostTime: number;
  /** Id of the record. */
  readonly id?: string;
  /** Why the run failed. */
  readonly reason?: string;
}

/** Runs once and writes its log line. Resolves whatever it finds. */
export function runCanary(write: (line: string) => void): Promise<CanaryRun>;

/** The entry point of the Lambda function. */
export function handler(): Promise<void>;
