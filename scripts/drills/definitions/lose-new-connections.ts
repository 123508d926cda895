import type { Drill } from '../drill.ts';

/**
 * As on 20 October 2025 in us-east-1: only new connections to DynamoDB fail. Meanwhile a zone is lost, and EC2 launches
 * no instance.
 */
export const LOSE_NEW_CONNECTIONS: Drill = {
  name: 'lose-new-connections',
  summary: 'For 12 s only new connections to the database fail, while a zone is lost and no instance can be launched.',
  rehearsal: { fault: 'refuse-new-connections', objectives: { errorRatio: 0.3, detectS: 20, recoverS: 40 } },
};
