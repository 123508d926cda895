/** Where the instance metadata service is; another address stands in for it in rehearsals. */
export const METADATA_SERVICE = 'http://169.254.169.254';

const DEADLINE_MS = 5_000;

/** Reads this instance's id by IMDSv2. */
export async function readInstanceId(service: string = METADATA_SERVICE): Promise<string> {
  const token = await ask(`${service}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  return ask(`${service}/latest/meta-data/instance-id`, { headers: { 'x-aws-ec2-metadata-token': token } });
}

async function ask(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: is the metadata service enabled?`);
  return response.text();
}
