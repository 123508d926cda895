/** The n-th address of a network: `addressIn('10.20.16.0/20', 11)` is `10.20.16.11`. */
export function addressIn(cidr: string, n: number): string {
  const [base = '', bits] = cidr.split('/');
  if (n >= 2 ** (32 - Number(bits))) throw new RangeError(`${cidr} has no address number ${n}`);
  const number = base.split('.').reduce((value, part) => value * 256 + Number(part), 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** Addresses outside of the VPC: documentation networks, which no stage uses. */
export const OUTSIDE = {
  /** The one address that the stage lets reach its bastion. */
  operator: '203.0.113.10',
  /** Anybody on the internet; sends the load. */
  anybody: '203.0.113.20',
  /** DynamoDB's endpoint. */
  database: '198.51.100.10',
  /** Auto Scaling's endpoint. */
  autoScaling: '198.51.100.20',
} as const;

/** Address of the instance metadata service on every instance. */
export const METADATA_ADDRESS = '169.254.169.254';

/** Port of AWS's endpoints, the only one that the instances' security group lets them out to. */
export const AWS_PORT = 443;
