import { type Html, html } from './html.ts';

/** A description: what stands in backticks is code, the rest is text. */
export const prose = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
