import type { Header } from './document.ts';

/** The header that leads from a page of a list to the next one. */
export const linkToOlder = (sample: string): Header => ({
  description: 'The next, older page; absent on the last one',
  schema: { type: 'string', examples: [`<${sample}>; rel="next"`] },
});
