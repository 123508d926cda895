import type { HomePage, Instance } from '../home.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';
import { emptyTimeElement } from './time-element.ts';

/** `93784` is `1 d 2 h 3 min`: the two or three units that matter. */
const uptimeText = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${Math.floor(seconds)} s`;
  const units = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return units
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
};

const fact = (name: string, value: string | undefined): Html | undefined =>
  value === undefined
    ? undefined
    : html`<div><dt>${name}</dt><dd>${value}</dd></div>
          `;

const answeredBy = (instance: Instance): Html =>
  html`<section class="answered" aria-labelledby="answered-title">
        <h2 id="answered-title">This page came from</h2>
        <dl>
          ${[
            fact('Host', instance.hostname),
            fact('Instance', instance.instanceId),
            fact('Zone', instance.availabilityZone),
            fact('Version', instance.version),
            fact('Commit', instance.commit),
            fact('Up for', uptimeText(instance.uptimeSeconds)),
          ]}
        </dl>
        <h2 id="writers-title">Who wrote the latest</h2>
        <ul id="writers" aria-labelledby="writers-title"></ul>
      </section>`;

/** `home.js` clones this for each record and fills it in. */
const rowTemplate = html`<template id="row">
          <li><a href="">${emptyTimeElement}</a><span class="instance"></span><span class="client"></span></li>
        </template>
        <template id="writer"><li><span class="instance"></span> <span class="count"></span></li></template>`;

const hero = html`<section class="hero" aria-labelledby="latest-title">
        <h1 id="latest-title">The latest timestamp</h1>
        <p id="latest" class="empty">${emptyTimeElement}</p>
        <div class="ruler" aria-hidden="true">
          <div id="marks"></div>
          <p><span>0 s</span><span>where in its second each of the latest fell</span><span>1 s</span></p>
        </div>
        <form id="record" method="post" action="/app">
          <button type="submit">Record a timestamp</button>
          <p id="outcome" role="status"></p>
        </form>
      </section>`;

const feed = html`<section class="feed" aria-labelledby="feed-title">
        <div class="feed-head">
          <h2 id="feed-title">Arriving</h2>
          <p id="feed-state" role="status">Needs JavaScript to update by itself</p>
        </div>
        <form id="token-form" hidden>
          <label for="token">Read token</label>
          <input id="token" type="password" autocomplete="off" spellcheck="false" required>
          <button type="submit">Show the list</button>
          <p>Listing needs the READ_TOKEN this service was given. It stays in this tab.</p>
        </form>
        <ol id="records"></ol>
        <p id="none" hidden>Nothing has been recorded yet.</p>
        <p><a class="all" href="/app">All timestamps</a></p>
        ${rowTemplate}
      </section>`;

/** `GET /` for browsers: who answered, a button that records, and what arrives. It needs no database to render. */
export const createHomePage =
  (asset: AssetUrl): HomePage =>
  (instance) =>
    layout(asset, {
      title: 'Live',
      section: '/',
      script: 'home.js',
      style: 'home.css',
      main: html`      <div class="home">
      ${hero}
      ${feed}
      ${answeredBy(instance)}
      </div>`,
    });
