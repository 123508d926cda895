import type { AwsAnswer } from './fake-aws.ts';

/** Elements by name; an array repeats its element, undefined leaves it out. */
export interface Xml {
  readonly [name: string]: string | number | boolean | Xml | readonly Xml[] | undefined;
}

/** An answer of the query protocol: `<OpResponse><OpResult>...`. */
export function queryAnswer(operation: string, result: Xml): AwsAnswer {
  return { body: xmlText({ [`${operation}Response`]: { [`${operation}Result`]: result } }) };
}

/** An answer of EC2's dialect of it, which has no result element. */
export function ec2Answer(operation: string, result: Xml): AwsAnswer {
  return { body: xmlText({ [`${operation}Response`]: result }) };
}

/** An answer of S3, which has the result as its root. */
export function s3Answer(root: string, result: Xml): AwsAnswer {
  return { body: xmlText({ [root]: result }) };
}

function xmlText(elements: Xml): string {
  return Object.entries(elements)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => element(name, one)))
    .join('');
}

function element(name: string, value: string | number | boolean | Xml | undefined): string {
  if (value === undefined) return '';
  const content = typeof value === 'object' ? xmlText(value) : escaped(String(value));
  return `<${name}>${content}</${name}>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
