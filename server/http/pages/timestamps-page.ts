import type { RecordPage } from '../schemas.ts';
import { errorText, timeElement } from './elements.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** The time range that the URL asked for. */
export interface TimeFilter {
  readonly from?: string;
  readonly to?: string;
}

/** `GET /app` for browsers: a page of recorded timestamps, newest first. Works without JavaScript. */
export function timestampsPage(
  assetUrl: AssetUrl,
  { timestamps, complete, next, settledUntil }: RecordPage,
  filter: TimeFilter,
): string {
  return layout(assetUrl, {
    title: 'Timestamps',
    section: '/app',
    script: 'timestamps.js',
    style: 'list.css',
    main: html`      <h1 id="title">Timestamps, newest first</h1>
      ${filterForm(filter)}
      ${!complete && incomplete}
      ${timestamps.length > 0 ? table(timestamps) : nothing(filter)}
      ${settledUntil && html`<p class="note">No timestamp older than ${settledUntil} can still appear.</p>`}
      ${next && html`<p class="older"><a class="button" rel="next" href="${next}">Older</a></p>`}`,
  });
}

const incomplete = html`<p class="note" role="status">This list may be incomplete: timestamps that were accepted during a database outage are still being moved into the table.</p>`;

function filterForm({ from, to }: TimeFilter): Html {
  return html`<form class="filter" method="get" action="/app">
        ${timeField('from', 'From', from)}${timeField('to', 'Before', to)}<button type="submit">Show</button>
        ${(from || to) && html`<a class="touch" href="/app">Clear</a>`}
        <p class="note">UTC. A day such as 2026-11-21, or a time with up to six decimal places.</p>
      </form>`;
}

function timeField(name: 'from' | 'to', label: string, value = ''): Html {
  return html`<label class="note">${label} <input name="${name}" value="${value}" placeholder="2026-11-21T07:45:00" autocomplete="off" spellcheck="false"></label>
        `;
}

// Explicit roles: on narrow screens the style sheet shows rows as blocks, for which browsers drop the table semantics.
function table(records: RecordPage['timestamps']): Html {
  return html`<table role="table" class="records" aria-labelledby="title">
        <thead role="rowgroup">
          <tr role="row">${['Time (UTC)', 'Written by', 'Client', 'Trace id'].map(
            (name) => html`<th role="columnheader" scope="col" class="note">${name}</th>`,
          )}</tr>
        </thead>
        <tbody role="rowgroup">
          ${records.map(row)}
        </tbody>
      </table>`;
}

function row(record: RecordPage['timestamps'][number]): Html {
  return html`<tr role="row">
            <td role="cell" class="when"><a class="plain" href="/app/${record.id}">${timeElement(record.timestamp)}</a> <small class="error quiet">${errorText(record.errorMicros)}</small></td>
            <td role="cell"><span class="instance" data-instance="${record.instance}">${record.instance}</span>${record.region && html` <small class="quiet">${record.region}</small>`}</td>
            <td role="cell" class="client">${record.clientAddress} <small>${record.protocol}</small></td>
            <td role="cell" class="trace quiet">${record.traceId}</td>
          </tr>
          `;
}

function nothing({ from, to }: TimeFilter): Html {
  return from || to
    ? html`<p class="nothing">No timestamps were recorded in this time range.</p>`
    : html`<p class="nothing">Nothing has been recorded yet. <a href="/">Record the first one.</a></p>`;
}
