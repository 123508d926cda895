import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { stackNames } from '../../../infra/contract.ts';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  UpdatePolicy: z.unknown().optional(),
});

const output = z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() });

const schema = z.object({
  Resources: z.record(z.string(), resource).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Outputs: z.record(z.string(), output).default({}),
});

/** A CloudFormation template, as far as it is read, and the name of the stack it makes. */
export interface Template extends z.infer<typeof schema> {
  readonly stack: string;
}

const ENDING = '.template.json';

/** Reads the text of one template. @throws Error naming the file when it is none. */
export function parseTemplate(stack: string, text: string): Template {
  try {
    return { stack, ...schema.parse(JSON.parse(text)) };
  } catch (cause) {
    throw new Error(`${stack}${ENDING} is not a CloudFormation template in JSON: run npm run synth again`, { cause });
  }
}

/** Reads the templates of one stage from CDK's output folder (or those of `path`, when it is a template file). */
export async function loadStage(path: string, stage: string): Promise<Template[]> {
  if (path.endsWith(ENDING)) return [await load(path)];
  const files = await readdir(path).catch((cause: unknown) => {
    throw new Error(`${path} cannot be read: expected a template or CDK's output folder; run npm run synth`, { cause });
  });
  const wanted: string[] = Object.values(stackNames(stage)).map((name) => `${name}${ENDING}`);
  const found = files.filter((file) => wanted.includes(file));
  if (found.length === 0) {
    throw new Error(`${path} has no template of stage '${stage}': expected ${wanted.join(', ')}; run npm run synth`);
  }
  return await Promise.all(found.map((file) => load(join(path, file))));
}

async function load(path: string): Promise<Template> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`${path} cannot be read: expected a template; run npm run synth`, { cause });
  });
  return parseTemplate(basename(path, ENDING), text);
}
