/** Reads the identity of this EC2 instance from the Instance Metadata Service (IMDSv2). */
import { z } from 'zod';

const IdentitySchema = z.object({
  instanceId: z.string().regex(/^i-[0-9a-f]+$/),
  availabilityZone: z.string().regex(/^[a-z]+-[a-z0-9-]+$/),
});

export interface MetadataOptions {
  /** `AWS_EC2_METADATA_DISABLED`. @default false */
  readonly disabled?: boolean;
  /** `AWS_EC2_METADATA_SERVICE_ENDPOINT`. @default the link-local address of every instance */
  readonly endpoint?: string | undefined;
  /** For all requests together; outside EC2 the address often does not answer. @default 1,000 */
  readonly deadlineMs?: number;
}

const LINK_LOCAL_ENDPOINT = 'http://169.254.169.254';
const TOKEN_LIFE_S = 60;

/** The instance's id and zone; `undefined` outside EC2 or if the service does not answer in time. */
export async function readInstanceIdentity(options: MetadataOptions = {}) {
  const { disabled = false, endpoint = LINK_LOCAL_ENDPOINT, deadlineMs = 1_000 } = options;
  if (disabled) return undefined;
  const signal = AbortSignal.timeout(deadlineMs);

  async function ask(path: string, init: RequestInit): Promise<string> {
    const response = await fetch(new URL(`/latest/${path}`, endpoint), { ...init, signal });
    if (!response.ok) throw new Error(`${path} answered ${response.status}, expected 200`);
    return response.text();
  }

  try {
    const token = await ask('api/token', {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_LIFE_S) },
    });
    const headers = { 'x-aws-ec2-metadata-token': token };
    const [instanceId, availabilityZone] = await Promise.all([
      ask('meta-data/instance-id', { headers }),
      ask('meta-data/placement/availability-zone', { headers }),
    ]);
    return IdentitySchema.parse({ instanceId, availabilityZone });
  } catch {
    return undefined; // Outside EC2 this fails in many ways; the page then shows no instance.
  }
}
