import { STAMPEDE, STAMPEDE_BY_SDK, STAMPEDE_THROUGH_EXPRESS } from '../servers.ts';
import { type Cell, measureMatrix } from './matrix.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';

/** Stampede as it ships, without its short cut past Express, and without the one past the AWS SDK. */
export function measureShortCuts({ plan, generator }: Bench): Promise<Cell[]> {
  const narrowed = { ...plan, backends: ['ack-0ms'], connections: [USUAL_CONNECTIONS], rounds: 2 * plan.rounds };
  return measureMatrix({ plan: narrowed, generator }, [STAMPEDE, STAMPEDE_THROUGH_EXPRESS, STAMPEDE_BY_SDK]);
}
