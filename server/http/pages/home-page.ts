import type { Instance } from '../schemas.ts';
import { emptyTimeElement } from './elements.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** `home.js` clones and fills these for each record and each instance. */
const rowTemplate = html`<template id="row">
          <li><a class="touch plain" href="">${emptyTimeElement}</a><span class="instance"></span><span class="client quiet"></span></li>
        </template>
        <template id="writer"><li><span class="instance"></span> <span class="count"></span></li></template>`;

const hero = html`<section class="hero" aria-labelledby="latest-title">
        <h1 id="latest-title" class="quiet">The latest timestamp</h1>
        <p id="latest" class="empty">${emptyTimeElement}</p>
        <div class="ruler" aria-hidden="true">
          <div id="marks"></div>
          <p class="quiet"><span>0 s</span><span>latest records by fraction of a second</span><span>1 s</span></p>
        </div>
        <form id="record" method="post" action="/app">
          <button type="submit">Record a timestamp</button>
          <p id="outcome" role="status"></p>
        </form>
        <form id="write-token-form" hidden>
          <label for="write-token">Write token</label>
          <input id="write-token" type="password" autocomplete="off" spellcheck="false" required>
          <button type="submit">Record with the token</button>
          <p class="note">Recording requires the write token of this service. The token is stored until you close this tab.</p>
        </form>
      </section>`;

const feed = html`<section class="feed" aria-labelledby="feed-title">
        <div class="feed-head">
          <h2 id="feed-title">Latest records</h2>
          <p id="feed-state" class="note" role="status">Automatic updates need JavaScript</p>
        </div>
        <form id="token-form" hidden>
          <label for="token">Read token</label>
          <input id="token" type="password" autocomplete="off" spellcheck="false" required>
          <button type="submit">Show the list</button>
          <p class="note">The list requires the read token of this service. The token is stored until you close this tab.</p>
        </form>
        <ol id="records"></ol>
        <p id="none" class="nothing quiet" hidden>Nothing has been recorded yet.</p>
        <p><a class="touch" href="/app">All timestamps</a></p>
        ${rowTemplate}
      </section>`;

/** `home.js` shows it while the stream is open. The process is not always the one that served the page. */
const state = html`<section id="state" aria-labelledby="state-title" hidden>
          <h2 id="state-title">Right now</h2>
          <svg id="plot" viewBox="0 0 180 40" preserveAspectRatio="none" role="img" aria-label="Rate of the last three minutes"><polyline id="plot-line" vector-effect="non-scaling-stroke"></polyline></svg>
          <p class="note">Timestamps per second in the last three minutes, of the process that sends the updates</p>
          <dl class="ruled">
            <div><dt class="quiet">Rate</dt><dd id="rate"></dd></div>
            <div><dt class="quiet">Highest rate</dt><dd id="highest-rate"></dd></div>
            <div><dt class="quiet">Clock error</dt><dd id="clock"></dd></div>
            <div><dt class="quiet">Not in the table yet</dt><dd id="spill"></dd></div>
          </dl>
        </section>`;

/** `GET /` for browsers: the instance that answered, a button that records, and the latest records. */
export function homePage(assetUrl: AssetUrl, instance: Instance): string {
  return layout(assetUrl, {
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
}

function answeredBy(instance: Instance): Html {
  return html`<div class="answered">
        ${state}
        <section aria-labelledby="answered-title">
        <h2 id="answered-title">This page was served by</h2>
        <dl class="ruled">
          ${[
            fact('Host', instance.hostname),
            instance.instanceId && fact('Instance', instance.instanceId),
            instance.availabilityZone && fact('Zone', instance.availabilityZone),
            instance.region && fact('Region', instance.region),
            fact('Version', instance.version),
            fact('Commit', instance.commit),
            fact('Up for', uptimeText(instance.uptimeSeconds)),
          ]}
        </dl>
        <h2 id="writers-title">Latest records by instance</h2>
        <ul id="writers" class="ruled" aria-labelledby="writers-title"></ul>
        </section>
      </div>`;
}

function fact(name: string, value: string): Html {
  return html`<div><dt class="quiet">${name}</dt><dd class="client">${value}</dd></div>
          `;
}

/** `93784` is `1 d 2 h 3 min`. */
function uptimeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [d, h, min] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const units = [d && `${d} d`, h && `${h} h`, min && `${min} min`].filter(Boolean);
  return units.join(' ') || `${Math.floor(seconds)} s`;
}
