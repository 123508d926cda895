import { type CommandLine, commandText } from '../cli/run.ts';
import type { RestoreRecord } from './record.ts';

/** The command that lets a stage use another table. */
export function deployCommand(stage: string, table: string, more: readonly string[]): CommandLine {
  return ['npm', 'run', 'deploy', '--', '--stage', stage, ...more, '--set', `tableName=${table}`, '--yes'];
}

/** What to do after the stage uses a new table. */
export function nextSteps(record: RestoreRecord, regions: number, deploy: CommandLine): readonly string[] {
  const { source, table, at, verifyOnly } = record;
  if (verifyOnly) return [];
  return [
    ...(regions > 1
      ? [`Create the replicas of ${table}, then deploy with --regions: docs/operate.md has the commands`]
      : []),
    `Repeat --set tableName=${table} in every deployment, or write it to infra/settings/table.ts: ` +
      `without it, npm run deploy refuses. The deployment of one region is: ${commandText(deploy)}`,
    `Timestamps acknowledged after ${at} are only in ${source}, if it still exists: ${exportText(record, regions)} writes them`,
  ];
}

/** The export of what the stage recorded to the old table after the restored time. */
function exportText({ stage, source, at, steps }: RestoreRecord, regions: number): string {
  const until = regions > 1 ? '<time of the deployment>' : (steps.used ?? '');
  return `npm run export -- --stage ${stage} --table ${source} --from ${at} --to ${until}`;
}
