import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { readStatus, statusReport } from './stage/status.ts';

await main(
  {
    name: 'status',
    summary: 'Shows a stage at a glance: fleet, instance refresh, targets, bastion, alarms.',
    options: { stage: STAGE_OPTION, ...AWS_OPTIONS },
    examples: [['npm run status -- --stage prod', 'prod']],
  },
  async ({ values }) => {
    await useRole(values);
    console.log(statusReport(await readStatus(values.stage), new Date()));
  },
);
