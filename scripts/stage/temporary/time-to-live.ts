import { z } from 'zod';
import { BRANCH_STAGE } from '../../../infra/contract.ts';
import { UsageError } from '../../cli/errors.ts';

const HOUR_MS = 3_600_000;
const MAX_DAYS = 14;

/** `8h` or `2d`, in hours. */
export const timeToLive = z
  .string()
  .regex(/^[1-9]\d{0,3}[hd]$/)
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('d') ? 24 : 1))
  .pipe(z.number().max(MAX_DAYS * 24))
  .describe(`hours or days such as 8h or 2d, at most ${MAX_DAYS}d`);

interface Lifetime {
  readonly stage: string;
  readonly regions?: unknown;
  /** The entries of `--set`. */
  readonly set: readonly string[];
  /** In hours. */
  readonly ttl: number | undefined;
}

/**
 * The value of `-c expires=…` that a deployment needs, if it is temporary.
 *
 * @throws UsageError for the environment of a branch without a time, and for a temporary stage in several regions
 */
export function expirySettings({ stage, regions, set, ttl }: Lifetime, now: Date): readonly string[] {
  if (ttl === undefined && BRANCH_STAGE.pattern.test(stage)) {
    throw new UsageError(`--stage is '${stage}', the environment of a branch: expected --ttl too, such as --ttl 8h`);
  }
  if (ttl === undefined) return [];
  if (regions !== undefined || set.some((entry) => /^regions=./.test(entry))) {
    throw new UsageError('--ttl is for a stage in one region: expected it without --regions and --set regions=…');
  }
  const expires = new Date(now.getTime() + ttl * HOUR_MS);
  return [`expires=${expires.toISOString().slice(0, 19)}Z`];
}
