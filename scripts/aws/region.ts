import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CLIENT_SETTINGS, explained } from './call.ts';

/** The region that AWS_REGION or the profile names; undefined when neither does. */
export async function configuredRegion(): Promise<string | undefined> {
  const region = new CloudFormation(CLIENT_SETTINGS).config.region().catch((error: Error) => {
    if (/Region is missing/.test(error.message)) return undefined;
    throw error;
  });
  return await explained('read the configured region', region);
}
