import { configuredRegion } from './aws/region.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { listStages } from './stage/stages.ts';
import { readStatus, statusReport } from './status/report.ts';
import { readPrices, stagesReport } from './status/stages.ts';

await main(
  {
    name: 'status',
    summary: 'Shows a stage at a glance: fleet, instance refresh, targets, bastion, alarms.',
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      all: { help: 'list all stages of the account in the region instead: age, expiry, price of an idle day' },
    },
    examples: [
      ['npm run status -- --stage prod', 'prod'],
      ['npm run status -- --all', 'the stages of this account, those of branches included'],
    ],
  },
  async ({ values }) => {
    await useRole(values);
    if (values.all) {
      const stages = await listStages();
      const region = (await configuredRegion()) ?? '';
      console.log(stagesReport(await readPrices(stages, region), region, new Date()));
    } else {
      console.log(statusReport(await readStatus(values.stage), new Date()));
    }
  },
);
