import { EC2InstanceConnectClient, SendSSHPublicKeyCommand } from '@aws-sdk/client-ec2-instance-connect';
import { CLIENT_SETTINGS, explained } from './call.ts';

/** Lets `user` log in to an instance with this public key, for the next 60 seconds. */
export async function pushKey(instanceId: string, user: string, publicKey: string): Promise<void> {
  const client = new EC2InstanceConnectClient(CLIENT_SETTINGS);
  const call = client.send(
    new SendSSHPublicKeyCommand({ InstanceId: instanceId, InstanceOSUser: user, SSHPublicKey: publicKey }),
  );
  await explained(`push a key for ${user} to ${instanceId}`, call);
}
