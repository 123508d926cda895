import { z } from 'zod';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { installedTools, requireTools } from './stage/tools.ts';
import { readZones, refuseSecondZone, restoreZones, shiftAway, utcTime, zoneNamed, zoneReport } from './stage/zone.ts';

/** AWS limits a zonal shift to three days; it can be renewed. */
const LONGEST_MINUTES = 3 * 24 * 60;

const duration = z
  .string()
  .regex(/^[1-9]\d*[mh]$/)
  .refine((text) => Number.parseInt(text, 10) * (text.endsWith('h') ? 60 : 1) <= LONGEST_MINUTES)
  .describe('minutes or hours up to three days, such as 90m or 2h');

await main(
  {
    name: 'zone',
    summary: 'Moves traffic and new instances out of an impaired zone for a while (zonal shift), or back.',
    positionals: [{ name: 'shift|restore|list', required: true, help: 'what to do; list shows the current state' }],
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      zone: {
        value: '<letter>',
        help: 'shift: the zone to leave, such as b of eu-west-1b',
        schema: z
          .string()
          .regex(/^[a-f]$/)
          .describe('the letter of a zone, such as b'),
      },
      for: {
        value: '<time>',
        default: '2h',
        help: 'shift: duration; repeat the command to renew the shift',
        schema: duration,
      },
    },
    examples: [
      ['npm run zone -- shift --stage prod --zone b', 'takes eu-west-1b out for two hours'],
      ['npm run zone -- restore --stage prod', 'uses all zones again'],
    ],
  },
  async ({ values, positionals: [action] }) => {
    const { stage, zone: letter, for: expiresIn } = values;
    if (action !== 'shift' && action !== 'restore' && action !== 'list') {
      throw new UsageError(`'${action}' is not shift, restore or list`);
    }
    if (action === 'shift' && letter === undefined) throw new UsageError('shift needs --zone <letter>');
    await useRole(values);
    requireTools('zonal shift', ['aws'], installedTools(process.env['PATH'] ?? ''));
    const zones = await readZones(stage);
    if (action === 'list') {
      console.log(zoneReport(zones));
    } else if (action === 'restore') {
      const restored = await restoreZones(zones);
      console.log(restored.length > 0 ? `${stage} uses ${restored.join(', ')} again` : `${stage} uses all its zones`);
    } else {
      const zone = zoneNamed(zones, letter as string);
      refuseSecondZone(zones, zone);
      const until = utcTime(await shiftAway(zones, zone, expiresIn));
      console.log(`${stage} leaves ${zone.name} until ${until}. Earlier: npm run zone -- restore --stage ${stage}`);
    }
  },
);
