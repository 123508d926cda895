import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import { waitQuietly } from '../../cli/wait.ts';
import type { Check } from '../core/run-record.ts';
import type { Stage } from './stage/stage.ts';

/** Instances publish at the end of each period, so a new one takes up to two. */
const METRICS_DEADLINE_MS = 2 * METRIC_PERIOD_S * 1_000;

/** Checks, after the drills, that the instance role permits what instances do, and that their metrics arrive. */
export async function checkRights(
  { rightsNeeded }: Pick<Stage, 'rightsNeeded'>,
  metricsDeadlineMs = METRICS_DEADLINE_MS,
): Promise<Check[]> {
  const publishers = async () => {
    const needed = await rightsNeeded();
    const published = needed.filter(({ action, allowed }) => action === 'cloudwatch:PutMetricData' && allowed);
    return published.length;
  };
  // Without metrics the check below fails.
  await waitQuietly('metrics', async () => (await publishers()) > 0, metricsDeadlineMs).catch(() => undefined);
  const needed = await rightsNeeded();
  const refused = new Set(
    needed.filter(({ allowed }) => !allowed).map(({ action, resource }) => `${action} on ${resource}`),
  );
  const granted = new Set(needed.filter(({ allowed }) => allowed).map(({ action }) => action));
  return [
    {
      check: 'the instance role permits every request of the instances to AWS',
      passed: refused.size === 0 && granted.size > 0,
      measured: refused.size > 0 ? `refused: ${[...refused].join(', ')}` : `${granted.size} actions, none refused`,
      expected: 'none refused',
    },
    {
      check: 'metrics arrive at CloudWatch',
      passed: (await publishers()) > 0,
      measured: `from ${await publishers()} instances`,
      expected: 'from one at least',
    },
  ];
}
