import { join } from 'node:path';
import type { CommandLine } from '../../../cli/run.ts';
import { executeQuietly } from '../../../machine/execute.ts';
import { loadStage, type Template } from '../../../scaling/template/template.ts';
import { OUTSIDE } from './addresses.ts';

/** Where the rehearsal differs from a deployment: no certificate here, and the bastion is open to the operator's address. */
const SETTINGS = ['allowPlainHttp=true', `sshCidrs=${OUTSIDE.operator}/32`];

/** Synthesises the stage that is rehearsed, and reads its templates. */
export async function synthesizeStage(stage: string, directory: string): Promise<Template[]> {
  const output = join(directory, 'cdk.out');
  const settings = [`stage=${stage}`, ...SETTINGS].flatMap((setting) => ['-c', setting]);
  const synth: CommandLine = ['npm', 'run', '--silent', 'synth', '--', '--output', output, ...settings];
  await executeQuietly(synth, { deadlineMs: 300_000 });
  return await loadStage(output, stage);
}
