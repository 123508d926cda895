import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureQuietly } from '../cli/run.ts';
import { synthLine } from '../stage/cdk.ts';

const SYNTH_DEADLINE_MS = 300_000;

/** A certificate and an image that are in no account: they change neither the price of a stage nor its scaling. */
const ANY = {
  certificate: 'certificateArn=arn:aws:acm:eu-west-1:123456789012:certificate/any',
  ami: 'ami-0123456789abcdef0',
};

/**
 * Synthesises a stage with these settings, without an account, and passes the folder of the result to `read`. The folder
 * is temporary, so that `cdk.out` stays what was planned. `what` names the stage in the progress line.
 */
export async function readSynthesis<T>(
  stage: string,
  settings: readonly string[],
  read: (folder: string) => Promise<T>,
  what = `stage ${stage}`,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-synth-'));
  try {
    const hasName = settings.some((setting) => /^(certificateArn|domainName)=/.test(setting));
    const set = hasName ? [...settings] : [ANY.certificate, ...settings];
    console.error(`Synthesising ${what} ...`);
    // Validation takes longer than the synthesis, and changes no template; plan, deploy and synth validate.
    const line = [...synthLine({ stage, ami: ANY.ami, set }, folder), '--no-validation'] as const;
    await captureQuietly(line, { deadlineMs: SYNTH_DEADLINE_MS });
    return await read(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
