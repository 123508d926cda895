import { clockText, plotPoints, rateText, spillText } from './plot.js';
import { countByInstance, createTones, detailsText, setTone, timeParts } from './records.js';

const byId = (id) => document.getElementById(id);
const toneOf = createTones();

/** Shows the latest records, newest first, in all parts of the page. */
export function showRecords(records) {
  byId('none').hidden = records.length > 0;
  showRows(records);
  byId('marks').replaceChildren(...records.toReversed().map(newMark));
  byId('writers').replaceChildren(...countByInstance(records).map(newWriter));
  if (records.length === 0) return;
  byId('latest').classList.remove('empty');
  fillTime(byId('latest'), records[0].timestamp);
}

/** Inserts new rows and removes the oldest. The other rows are not changed, to avoid flicker. */
function showRows(records) {
  const list = byId('records');
  const ids = new Set(records.map(({ id }) => `record-${id}`));
  for (const row of [...list.children]) if (!ids.has(row.id)) row.remove();
  records.forEach((record, index) => {
    const present = list.children[index];
    if (present?.id !== `record-${record.id}`) list.insertBefore(newRow(record), present ?? null);
  });
}

function newRow(record) {
  const row = clone('row');
  row.id = `record-${record.id}`;
  const link = row.querySelector('a');
  link.href = `/app/${record.id}`;
  link.title = detailsText(record);
  fillTime(row, record.timestamp);
  fillInstance(row, record.instance);
  row.querySelector('.client').textContent = record.clientAddress;
  return row;
}

function newWriter([instance, count]) {
  const writer = clone('writer');
  fillInstance(writer, instance);
  writer.querySelector('.count').textContent = count;
  return writer;
}

function newMark(record) {
  const mark = document.createElement('i');
  setTone(mark, toneOf(record.instance));
  mark.style.left = `${timeParts(record.timestamp).withinSecond * 100}%`;
  return mark;
}

function clone(template) {
  return byId(template).content.firstElementChild.cloneNode(true);
}

function fillTime(element, iso) {
  const { date, clock, millis, micros } = timeParts(iso);
  const time = element.querySelector('time');
  time.dateTime = iso;
  time.querySelector('.date').textContent = date;
  time.querySelector('.clock').textContent = clock;
  time
    .querySelector('.fraction')
    .replaceChildren(`.${millis}`, Object.assign(document.createElement('b'), { textContent: micros }));
}

function fillInstance(element, instance) {
  const badge = element.querySelector('.instance');
  badge.textContent = instance;
  setTone(badge, toneOf(instance));
}

/** Shows the state of the list (`live`, `waiting` or `failing`) and a text. */
export function showFeedState(state, text) {
  const element = byId('feed-state');
  element.dataset.state = state;
  // Screen readers would announce an unchanged status again.
  if (element.textContent !== text) element.textContent = text;
}

/** Shows the state of the process that sends the news, with a plot of its recent rate. */
export function showState({ clockErrorMicros, oldestSpillSeconds, ratesPerSecond }) {
  const { width, height } = byId('plot').viewBox.baseVal;
  byId('plot-line').setAttribute('points', plotPoints(ratesPerSecond, { width, height }));
  const [now, highest] = [rateText(ratesPerSecond.at(-1)), rateText(Math.max(...ratesPerSecond))];
  byId('plot').setAttribute('aria-label', `Rate of the last three minutes, at most ${highest}`);
  const texts = {
    rate: now,
    'highest-rate': highest,
    clock: clockText(clockErrorMicros),
    spill: spillText(oldestSpillSeconds),
  };
  for (const [id, text] of Object.entries(texts)) byId(id).textContent = text;
  byId('state').hidden = false;
}

export function hideState() {
  byId('state').hidden = true;
}

/** Shows the result of the last recording. */
export function showOutcome(state, text) {
  byId('outcome').dataset.state = state;
  byId('outcome').textContent = text;
}

/** Shows or hides the form for a token (`token` or `write-token`), whose field can take the focus. */
export function showTokenForm(id, shown, { focus = false } = {}) {
  byId(`${id}-form`).hidden = !shown;
  if (shown && focus) byId(id).focus();
}
