import { setTimeout as sleep } from 'node:timers/promises';
import type { Timeline } from '../../core/timeline.ts';
import { everyInstance } from '../checks.ts';
import { OUTSIDE } from '../stage/network.ts';
import type { Stage } from '../stage/stage.ts';

/** All are longer than a request waits for its answer. */
const DATABASE_LOST_MS = 12_000;
const EVERYTHING_LOST_MS = 10_000;
const CONNECTIONS_LOST_MS = 12_000;

/** Cuts the database off: the spill bucket takes the timestamps. */
export async function cutOffDatabase({ database, fleet }: Stage, timeline: Timeline) {
  const before = fleet.members;
  const end = timeline.beginFault('the database is cut off');
  await database.cut();
  await sleep(DATABASE_LOST_MS);
  await database.restore();
  end();
  timeline.log('the database is reachable again');
  const left = before.filter((member) => fleet.inService.includes(member));
  const check = 'the health check keeps the fleet in service without a database';
  return { checks: [everyInstance(check, left, before)], statuses: { all: [201, 202], some: 202 } };
}

/** Cuts off the database and the spill bucket: nothing can be stored. */
export async function cutOffDatabaseAndBucket({ database, s3, fleet }: Stage, timeline: Timeline) {
  const before = fleet.members;
  const end = timeline.beginFault('the database and the spill bucket are cut off');
  await Promise.all([database.cut(), s3.cut()]);
  await sleep(EVERYTHING_LOST_MS);
  await Promise.all([database.restore(), s3.restore()]);
  end();
  timeline.log('both are reachable again');
  const left = before.filter((member) => fleet.inService.includes(member));
  const check = 'the health check keeps the fleet in service without database and bucket';
  return { checks: [everyInstance(check, left, before)], statuses: { all: [201, 202, 503], some: 503 } };
}

/** Refuses new connections to the database, loses a zone, and lets launches fail; then all of it is over. */
export async function refuseNewConnections({ network, fleet }: Stage, timeline: Timeline) {
  const { zone } = fleet.anyInService();
  const lost = fleet.members.filter((member) => member.zone === zone);
  const others = fleet.inService.filter((member) => member.zone !== zone);
  const end = timeline.beginFault(`new connections to the database fail, ${zone} is lost, nothing can be launched`);
  const acceptAgain = await network.refuseNewConnections(OUTSIDE.database);
  fleet.canLaunch = false;
  fleet.lostZones.add(zone);
  for (const { attachment } of lost) await attachment.cut();
  await sleep(CONNECTIONS_LOST_MS);
  const serving = others.filter((member) => fleet.inService.includes(member));
  await acceptAgain();
  fleet.lostZones.delete(zone);
  fleet.canLaunch = true;
  end();
  timeline.log(`new connections succeed, ${zone} is back`);
  await fleet.settled();
  return { checks: [everyInstance('the instances of the other zones keep serving', serving, others)] };
}
