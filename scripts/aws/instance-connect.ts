import { EC2InstanceConnect } from '@aws-sdk/client-ec2-instance-connect';
import { CLIENT_SETTINGS, explained } from './call.ts';

/** Lets `user` log in to an instance with this public key, for the next 60 seconds. */
export async function pushKey(instanceId: string, user: string, publicKey: string): Promise<void> {
  const request = { InstanceId: instanceId, InstanceOSUser: user, SSHPublicKey: publicKey };
  const call = new EC2InstanceConnect(CLIENT_SETTINGS).sendSSHPublicKey(request);
  await explained(`push a key for ${user} to ${instanceId}`, call);
}
