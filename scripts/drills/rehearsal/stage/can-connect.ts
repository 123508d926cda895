import { executeQuietly } from '../../../machine/execute.ts';
import type { Attachment } from './network.ts';

/** A refused packet vanishes; whoever is let in answers within milliseconds. */
const REFUSED_AFTER_S = 2;

/** Whether a machine can open a connection to an address. */
export async function canConnect(from: Attachment, address: string, port: number): Promise<boolean> {
  const probe = `exec 3<>/dev/tcp/${address}/${port}`;
  return await executeQuietly(from.namespace.inside(['timeout', `${REFUSED_AFTER_S}`, 'bash', '-c', probe])).then(
    () => true,
    () => false,
  );
}
