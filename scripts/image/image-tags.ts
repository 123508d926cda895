import { z } from 'zod';
import type { Image } from '../aws/ec2-images.ts';
import { OperatorError } from '../cli/errors.ts';
import { type Architecture, EC2_NAMES } from './architecture.ts';

/** Checks an image before a parameter points to it; the error names everything that is wrong with it. */
export function requireImage(image: Image, commit?: string, architecture?: Architecture): void {
  const schema = z.object({
    state: expected('state', 'available'),
    architecture: architecture ? expected('architecture', EC2_NAMES[architecture]) : z.string(),
    tags: z.object({
      Service: expected('tag Service', 'stampede'),
      ...(commit && { Commit: expected('tag Commit', commit) }),
      ...(architecture && { Architecture: expected('tag Architecture', architecture) }),
    }),
  });
  const problems = schema.safeParse(image).error?.issues.map(({ message }) => message);
  if (!problems) return;
  throw new OperatorError(`${image.id} (${image.name}) cannot be used: ${problems.join('; ')}. Bake the commit again`);
}

function expected(what: string, value: string) {
  return z.literal(value, { error: ({ input }) => `${what} is ${input ?? 'missing'}, expected ${value}` });
}
