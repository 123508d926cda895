import { z } from 'zod';
import { ENV } from '../../../server/contract.ts';
import { captureQuietly } from '../../cli/run.ts';
import { PLACES, type Place } from '../../probe/openings.ts';
import type { Check } from '../core/run-record.ts';
import type { Stage } from './stage/stage.ts';

const FINDINGS = z.array(
  z.object({ check: z.string(), passed: z.boolean(), measured: z.string(), expected: z.string() }),
);

/** Runs `npm run probe` on the networks of the internet, the operator, the bastion and an instance. */
export async function probeStage(stage: Stage): Promise<Check[]> {
  const findings = await Promise.all(PLACES.map((place) => probeFrom(stage, place)));
  return findings.flat();
}

async function probeFrom(stage: Stage, from: Place): Promise<Check[]> {
  const { client, operator, bastion, loadBalancer, fleet, readToken } = stage;
  const [app, other = app] = fleet.inService.map(({ attachment }) => attachment);
  if (!app || !other) throw new Error('no instance is in service: the probe needs one');
  const { namespace } = { internet: client, operator, bastion, instance: other }[from];
  const addresses = { url: `http://${loadBalancer.address}`, bastion: bastion.address, instance: app.address };
  const options = Object.entries({ from, reading: 'token', ...addresses });
  const words = options.flatMap(([name, value]) => [`--${name}`, value]);
  const line = namespace.inside([process.execPath, 'scripts/probe.ts', '--json', ...words]);
  const findings = await captureQuietly(line, { env: { [ENV.readToken]: readToken } });
  return FINDINGS.parse(JSON.parse(findings)).map(({ check, ...finding }) => ({
    check: `probe from the ${from}: ${check}`,
    ...finding,
  }));
}
