import { join } from 'node:path';
import { executeQuietly } from '../rehearsal/execute.ts';
import { loadStage, type Template } from '../template/template.ts';
import { OUTSIDE } from './addresses.ts';

const STAGE = 'dev';

/** Synthesises the stage that is rehearsed, and reads its templates. The operator's address may reach the bastion. */
export async function synthesizeStage(directory: string): Promise<Template[]> {
  const output = join(directory, 'cdk.out');
  const synth = ['npm', 'run', '--silent', 'synth', '--', '--output', output, '-c', `sshCidrs=${OUTSIDE.operator}/32`];
  await executeQuietly(synth as [string, ...string[]], { deadlineMs: 300_000 });
  return await loadStage(output, STAGE);
}
