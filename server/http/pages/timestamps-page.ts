import type { TimestampsPage, TimestampsView } from '../get-app.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';
import { timeElement } from './time-element.ts';

type RecordBody = TimestampsView['timestamps'][number];
type TimeFilter = Parameters<TimestampsPage>[1];

// The roles are spoken out because the style sheet lays rows out as blocks on narrow screens, and a browser then
// takes the table's meaning away.
const row = (record: RecordBody): Html =>
  html`<tr role="row">
            <td role="cell" class="when"><a href="/app/${record.id}">${timeElement(record.timestamp)}</a></td>
            <td role="cell"><span class="instance" data-instance="${record.instance}">${record.instance}</span></td>
            <td role="cell" class="client">${record.clientAddress} <small>${record.protocol}</small></td>
            <td role="cell" class="trace">${record.traceId}</td>
          </tr>
          `;

const table = (records: readonly RecordBody[]): Html =>
  html`<table role="table" class="records" aria-labelledby="title">
        <thead role="rowgroup">
          <tr role="row">${['Time (UTC)', 'Written by', 'Client', 'Trace id'].map(
            (name) => html`<th role="columnheader" scope="col">${name}</th>`,
          )}</tr>
        </thead>
        <tbody role="rowgroup">
          ${records.map(row)}
        </tbody>
      </table>`;

const timeField = (name: 'from' | 'to', label: string, value = ''): Html =>
  html`<label>${label} <input name="${name}" value="${value}" placeholder="2026-11-21T07:45:00" autocomplete="off" spellcheck="false"></label>
        `;

const filterForm = ({ from, to }: TimeFilter): Html =>
  html`<form class="filter" method="get" action="/app">
        ${timeField('from', 'From', from)}${timeField('to', 'Before', to)}<button type="submit">Show</button>
        ${(from || to) && html`<a href="/app">Clear</a>`}
        <p>UTC; a day such as 2026-11-21 or a time, down to the microsecond.</p>
      </form>`;

const nothing = ({ from, to }: TimeFilter): Html =>
  from || to
    ? html`<p class="nothing">No timestamp was recorded in this time.</p>`
    : html`<p class="nothing">Nothing has been recorded yet. <a href="/">Record the first one.</a></p>`;

/** `GET /app` for browsers: a page of the recorded timestamps, newest first. Works without JavaScript. */
export const createTimestampsPage =
  (asset: AssetUrl): TimestampsPage =>
  (view, filter) =>
    layout(asset, {
      title: 'Timestamps',
      section: '/app',
      script: 'timestamps.js',
      style: 'timestamps.css',
      main: html`      <h1 id="title">Timestamps, newest first</h1>
      ${filterForm(filter)}
      ${view.timestamps.length > 0 ? table(view.timestamps) : nothing(filter)}
      ${view.next && html`<p class="older"><a class="button" rel="next" href="${view.next}">Older</a></p>`}`,
    });
