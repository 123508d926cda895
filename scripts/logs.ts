import { logGroupNames } from '../infra/contract.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { installedTools, requireAwsCli2, requireTools } from './stage/tools.ts';

await main(
  {
    name: 'logs',
    summary: "Prints the fleet's log lines from CloudWatch Logs.",
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      since: { value: '<time>', default: '10m', help: 'how far back: 10m, 2h, 1d, or ISO 8601' },
      filter: { value: '<pattern>', help: 'only lines that fit a CloudWatch filter pattern' },
      system: { help: "the systems' journal instead of the server's log" },
      follow: { help: 'keep printing what arrives' },
      'dry-run': { help: 'print the command line and do nothing' },
    },
    examples: [
      ['npm run logs -- --follow', 'what the dev fleet says now'],
      [`npm run logs -- --stage prod --filter '{ $.level = "error" }'`, "prod's errors of the last ten minutes"],
    ],
  },
  async ({ values }) => {
    const { stage, since, filter, system, follow, 'dry-run': dryRun } = values;
    if (!dryRun) {
      requireTools('reading logs', ['aws'], installedTools(process.env['PATH'] ?? ''));
      await requireAwsCli2('reading logs');
      await useRole(values);
    }
    const group = logGroupNames(stage)[system ? 'system' : 'app'];
    const options = [...(filter ? ['--filter-pattern', filter] : []), ...(follow ? ['--follow'] : [])];
    await run(['aws', 'logs', 'tail', group, '--format', 'short', '--since', since, ...options], { dryRun });
  },
);
