import { HEALTH_PATH, LIVE_PATH, TIMESTAMPS_PATH } from '../../contract.ts';
import {
  checkHealth,
  computeLoad,
  followLive,
  readDocs,
  readDocument,
  readMetrics,
  showInstance,
} from './operations/process.ts';
import { listTimestamps, readTimestamp, recordTimestamp } from './operations/timestamps.ts';
import { createUser, listUsers } from './operations/users.ts';
import type { Paths } from './types.ts';

/** All operations, with the token that each requires if the service has one. */
export const paths: Paths = {
  [TIMESTAMPS_PATH]: { post: recordTimestamp, get: listTimestamps },
  [`${TIMESTAMPS_PATH}/{id}`]: { get: readTimestamp },
  '/': { get: showInstance },
  [HEALTH_PATH]: { get: checkHealth },
  [LIVE_PATH]: { get: followLive },
  '/users': { post: createUser, get: listUsers },
  '/load': { get: computeLoad },
  '/metrics': { get: readMetrics },
  '/openapi.json': { get: readDocument },
  '/docs': { get: readDocs },
};
