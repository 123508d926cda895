import { z } from 'zod';
import { STAGE_NAME } from '../../server/contract.ts';
import type { Option } from './arguments.ts';

/** A whole number from `min`. The description is what an error says is expected. */
export function wholeNumber(min = 0, max = Number.MAX_SAFE_INTEGER) {
  const range = max < Number.MAX_SAFE_INTEGER ? ` from ${min} to ${max}` : `, ${min} or more`;
  return numberLike(/^\d+$/, z.number().min(min).max(max)).describe(`a whole number${range}`);
}

/** A number above 0. */
export function positiveNumber() {
  return numberLike(/^\d+(\.\d+)?$/, z.number().positive()).describe('a number above 0');
}

function numberLike(pattern: RegExp, range: z.ZodNumber) {
  return z.string().regex(pattern).transform(Number).pipe(range);
}

/** A percentage, returned as a ratio between 0 and 1. */
export function percentage() {
  return positiveNumber()
    .pipe(z.number().max(100))
    .transform((percent) => percent / 100)
    .describe('a percentage above 0, at most 100');
}

/** One of some names. */
export function choice<const Names extends readonly string[]>(names: Names) {
  return z.enum(names).describe(names.join(names.length === 2 ? ' or ' : ', '));
}

/** One of some numbers. */
export function choiceOfNumbers<const N extends number>(numbers: readonly N[]) {
  return choice(numbers.map(String)).transform((text) => numbers.find((number) => String(number) === text) as N);
}

/** The address of a web server. */
export function webAddress() {
  return z
    .string()
    .refine((text) => /^https?:\/\/./.test(text) && URL.canParse(text))
    .describe('http:// or https:// and a host, such as http://localhost:8080');
}

/** A UTC day that exists. */
export function day() {
  return z.iso.date().describe('a day, such as 2026-11-21');
}

/** The name of a region of AWS. */
export const regionName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
  .describe('a region, such as eu-west-1');

/** The id of an AMI. */
export function imageId() {
  return z
    .string()
    .regex(/^ami-[0-9a-f]{8,17}$/)
    .describe('the id of an image, such as ami-0123456789abcdef0');
}

/** The id of an AMI, or `current` for the promoted one. */
export function imageIdOrCurrent() {
  return imageId().or(z.literal('current')).describe(`${imageId().description}, or current`);
}

/** The `--stage` option, the same in each command. It applies the stack's own rule, before AWS is called. */
export const STAGE_OPTION = {
  value: '<stage>',
  default: 'dev',
  help: 'which deployment: dev, prod, or a name of your own (prod-... is protected like prod)',
  schema: z.string().regex(STAGE_NAME.pattern).describe(`${STAGE_NAME.description}, such as dev`),
} as const satisfies Option;
