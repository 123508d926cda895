import type { Header } from './types.ts';

/** A text header with an example. */
export function textHeader(description: string, sample: string): Header {
  return { description, schema: { type: 'string', examples: [sample] } };
}

/** The header with the link from a page of a list to the next one. */
export function linkToOlder(sample: string): Header {
  return textHeader('The next, older page; absent on the last one', `<${sample}>; rel="next"`);
}
