import { type Html, html } from './html.ts';

/** A time as its parts, so that the microseconds can be told at a glance; read aloud or copied it is one text. */
export const timeElement = (iso: string): Html => {
  const [date = '', time = ''] = iso.replace('Z', '').split('T');
  const [clock = '', fraction = ''] = time.split('.');
  return html`<time datetime="${iso}"><span class="date">${date}</span> <span class="clock">${clock}</span><span class="fraction">.${fraction.slice(0, 3)}<b>${fraction.slice(3)}</b></span></time>`;
};
