import { describeGroup, latestRefresh } from './aws/auto-scaling.ts';
import { describeAlarms } from './aws/cloudwatch.ts';
import { describeInstances } from './aws/ec2.ts';
import { describeTargets } from './aws/elbv2.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { alarmPrefixes, outputsOf } from './stage/outputs.ts';
import { type StageStatus, statusReport } from './stage/status-report.ts';

await main(
  {
    name: 'status',
    summary: 'Shows a stage at a glance: fleet, instance refresh, targets, bastion, alarms.',
    options: { stage: STAGE_OPTION },
    examples: [['npm run status -- --stage prod', 'prod']],
  },
  async ({ values }) => {
    console.log(statusReport(await gather(values.stage), new Date()));
  },
);

async function gather(stage: string): Promise<StageStatus> {
  const [service, network] = await Promise.all([outputsOf(stage, 'service'), outputsOf(stage, 'network')]);
  const [group, refresh, targets, bastion, alarms] = await Promise.all([
    describeGroup(service.autoScalingGroup),
    latestRefresh(service.autoScalingGroup),
    describeTargets(service.targetGroupArn),
    describeGroup(network.bastionGroup),
    describeAlarms(alarmPrefixes(stage)),
  ]);
  const instances = await describeInstances(group.members.map(({ id }) => id));
  return { stage, url: service.url, group, refresh, targets, instances, bastion, alarms };
}
