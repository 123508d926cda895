import { z } from 'zod';
import { configuredRegion } from '../aws/region.ts';
import { assumeRole, type MfaCode } from '../aws/role.ts';
import type { OptionTable, Values } from '../cli/arguments.ts';
import { ask, OWN_TERMINAL, type Terminal } from '../cli/ask.ts';
import { UsageError } from '../cli/errors.ts';
import { regionName } from '../cli/values.ts';

/** The options of each command that acts in a role. */
export const ROLE_OPTIONS = {
  role: {
    value: '<arn>',
    schema: z
      .string()
      .regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/)
      .describe('the ARN of a role'),
    help: 'assume this role for one hour (default: use the credentials without a role)',
  },
  mfa: {
    value: '<arn>',
    help: 'ARN of your MFA device, if the role requires MFA; the command asks for its code',
  },
} as const satisfies OptionTable;

/** The options of each command on what is deployed in one region. */
export const AWS_OPTIONS = {
  ...ROLE_OPTIONS,
  region: {
    value: '<region>',
    schema: regionName,
    help: 'the region of the stage to use (default: AWS_REGION, or that of the profile)',
  },
} as const satisfies OptionTable;

/** Acts in a region and in a role from now on, also in the programs that are started, if they are given. */
export async function useRole(
  { role, mfa, region: given }: Partial<Values<typeof AWS_OPTIONS>>,
  terminal: Terminal = OWN_TERMINAL,
) {
  if (given !== undefined) process.env['AWS_REGION'] = given;
  if (role === undefined && mfa !== undefined) throw new UsageError(`--mfa is '${mfa}': expected it with --role only`);
  if (role === undefined) return;
  const region = await configuredRegion();
  const code = mfa === undefined ? undefined : await askForCode(mfa, terminal);
  const { accessKeyId, secretAccessKey, sessionToken } = await assumeRole(role, code);
  // With a profile, the SDK ignores the credentials of the environment; its region is kept.
  delete process.env['AWS_PROFILE'];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    ...(region && { AWS_REGION: region }),
  });
  console.error(`Acting in ${role}`);
}

async function askForCode(device: string, terminal: Terminal): Promise<MfaCode> {
  const remedy = 'a pipeline needs a role that requires no MFA';
  const code = await ask(`Code of ${device}: `, remedy, terminal);
  if (!/^\d{6}$/.test(code)) throw new UsageError(`the MFA code is '${code}': expected six digits`);
  return { SerialNumber: device, TokenCode: code };
}
