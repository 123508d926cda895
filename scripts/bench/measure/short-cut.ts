import { STAMPEDE, STAMPEDE_THROUGH_EXPRESS } from '../servers.ts';
import { type Cell, measureMatrix } from './matrix.ts';
import { type Bench, USUAL_CONNECTIONS } from './plan.ts';

/** The same handler, found before Express and by Express: what design decision D12 rests on. */
export function measureShortCut({ plan, generator }: Bench): Promise<Cell[]> {
  const narrowed = { ...plan, backends: ['ack-0ms'], connections: [USUAL_CONNECTIONS], rounds: 2 * plan.rounds };
  return measureMatrix({ plan: narrowed, generator }, [STAMPEDE, STAMPEDE_THROUGH_EXPRESS]);
}
