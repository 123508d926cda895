import { type Html, html } from './html.ts';

const parts = (date: string, clock: string, millis: string, micros: string): Html =>
  html`<span class="date">${date}</span> <span class="clock">${clock}</span><span class="fraction">.${millis}<b>${micros}</b></span>`;

/** A time in its parts, so that the microseconds can be told at a glance; read aloud or copied it is one text. */
export const timeElement = (iso: string): Html => {
  const [, date = '', clock = '', millis = '', micros = ''] = /^(.{10})T(.{8})\.(...)(...)Z$/.exec(iso) ?? [];
  return html`<time datetime="${iso}">${parts(date, clock, millis, micros)}</time>`;
};

/** The same before there is a time; `home.js` fills it in. The dashes are as wide as digits. */
export const emptyTimeElement: Html = html`<time>${parts('None seen yet', '‒‒:‒‒:‒‒', '‒‒‒', '‒‒‒')}</time>`;
