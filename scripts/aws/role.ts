import { userInfo } from 'node:os';
import { STS } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields } from './call.ts';

const text = z.string();

const credentials = fields({
  accessKeyId: ['Credentials.AccessKeyId', text],
  secretAccessKey: ['Credentials.SecretAccessKey', text],
  sessionToken: ['Credentials.SessionToken', text],
});

/** The MFA device of the caller, and the code that it shows now. */
export interface MfaCode {
  readonly SerialNumber: string;
  readonly TokenCode: string;
}

/** Assumes a role for one hour, the longest time for a role that was assumed by another one. */
export async function assumeRole(roleArn: string, mfa?: MfaCode) {
  // CloudTrail shows who acted in the role.
  const RoleSessionName = `stampede-${userInfo().username}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
  const doing = `assume the role ${roleArn}`;
  const request = { RoleArn: roleArn, RoleSessionName, DurationSeconds: 3_600, ...mfa };
  return checked(doing, credentials, await explained(doing, new STS(CLIENT_SETTINGS).assumeRole(request)));
}
