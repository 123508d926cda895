import { SERVICE_NAME } from '../../server/contract.ts';

/**
 * Name of the fleet's Auto Scaling group. Given rather than generated, because the instances must know it before it exists: their
 * environment file and their role's policy name it.
 */
export const fleetName = (stage: string): string => `${SERVICE_NAME}-${stage}-app`;

/** Name of the launching lifecycle hook. */
export const LAUNCH_HOOK = 'ready';
