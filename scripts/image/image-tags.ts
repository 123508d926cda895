import { OperatorError } from '../cli/errors.ts';
import type { Architecture } from './architecture.ts';

/** An AMI with what its tags say. */
export interface Image {
  readonly id: string;
  readonly name: string;
  /** `available`, `pending`, `failed` ... */
  readonly state: string;
  readonly createdAt: Date;
  readonly architecture: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What an image must be before a parameter may point to it. */
export interface Expectation {
  /** @default - any commit */
  readonly commit?: string;
  /** @default - any architecture */
  readonly architecture?: Architecture;
}

const EC2_NAMES: Readonly<Record<Architecture, string>> = { arm64: 'arm64', amd64: 'x86_64' };

/** Checks an image against what it is taken for; the error names everything that is wrong with it. */
export function requireImage(image: Image, { commit, architecture }: Expectation): void {
  const problems = [
    expected('state', image.state, 'available'),
    expected('tag Service', image.tags['Service'], 'stampede'),
    commit && expected('tag Commit', image.tags['Commit'], commit),
    architecture && expected('tag Architecture', image.tags['Architecture'], architecture),
    architecture && expected('architecture', image.architecture, EC2_NAMES[architecture]),
  ].filter((problem) => problem);
  if (problems.length === 0) return;
  throw new OperatorError(`${image.id} (${image.name}) cannot be used: ${problems.join('; ')}. Bake the commit again`);
}

function expected(what: string, got: string | undefined, wanted: string): string | undefined {
  return got === wanted ? undefined : `${what} is ${got ?? 'missing'}, expected ${wanted}`;
}
