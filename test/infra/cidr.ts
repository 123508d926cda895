/** An IPv4 address as a number. */
export function toNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** Whether the network contains the address. */
export function holds(cidr: string, address: string): boolean {
  const [network = '', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(toNumber(network) / size) === Math.floor(toNumber(address) / size);
}

/** An address in the middle of a network. */
export function addressIn(cidr: string): string {
  const [network = '', prefix = '32'] = cidr.split('/');
  const number = toNumber(network) + Math.floor(2 ** (32 - Number(prefix)) / 2);
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
