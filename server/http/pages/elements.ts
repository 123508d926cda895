import { type Html, html } from './html.ts';

/** A text in which parts in backticks become code. */
export function prose(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** A time with its microseconds highlighted. Screen readers and the clipboard get a single text. */
export function timeElement(iso: string): Html {
  const [, date = '', clock = '', millis = '', micros = ''] = /^(.{10})T(.{8})\.(...)(...)Z$/.exec(iso) ?? [];
  return html`<time datetime="${iso}">${timeParts(date, clock, millis, micros)}</time>`;
}

/** The error of a time: `± 0.362 ms`, or nothing if it is unknown. */
export function errorText(errorMicros: number | null): string {
  return errorMicros === null ? '' : `± ${(errorMicros / 1_000).toFixed(3)} ms`;
}

/** A time element that `home.js` fills in. The dashes are as wide as digits. */
export const emptyTimeElement: Html = html`<time>${timeParts('None seen yet', '‒‒:‒‒:‒‒', '‒‒‒', '‒‒‒')}</time>`;

function timeParts(date: string, clock: string, millis: string, micros: string): Html {
  return html`<span class="date quiet">${date}</span> <span class="clock">${clock}</span><span class="fraction quiet">.${millis}<b>${micros}</b></span>`;
}
