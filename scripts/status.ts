import { configuredRegion } from './aws/region.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { enterRegion } from './stage/regions/home.ts';
import { REGIONS_OPTIONS } from './stage/regions/options.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { listStages } from './stage/stages.ts';
import { readStatus, statusReport } from './status/report.ts';
import { readPrices, stagesReport } from './status/stages.ts';

await main(
  {
    name: 'status',
    summary: 'Shows a stage at a glance: fleet, the last day and its price, targets, alarms.',
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      regions: { ...REGIONS_OPTIONS.regions, help: 'the regions of the stage to show, one after the other' },
      all: { help: 'list all stages of the account in the region instead: age, expiry, price of an idle day' },
    },
    examples: [
      ['npm run status -- --stage prod', 'prod'],
      ['npm run status -- --all', 'the stages of this account, including those of branches'],
    ],
  },
  async ({ values }) => {
    await useRole(values);
    if (values.all) {
      const stages = await listStages();
      const region = (await configuredRegion()) ?? '';
      console.log(stagesReport(await readPrices(stages, region), region, new Date()));
    } else {
      const { stage, region: given } = values;
      for (const region of values.regions ?? [given]) {
        if (region) enterRegion(region);
        if (values.regions) console.log(`Region   ${region}`);
        console.log(`${statusReport(await readStatus(stage, new Date()), new Date())}${values.regions ? '\n' : ''}`);
      }
    }
  },
);
