import { countByInstance, timeParts } from './latest.js';
import { createTones } from './tones.js';

const byId = (id) => document.getElementById(id);
const toneOf = createTones();

const fillTime = (element, iso) => {
  const { date, clock, millis, micros } = timeParts(iso);
  const time = element.querySelector('time');
  time.dateTime = iso;
  time.querySelector('.date').textContent = date;
  time.querySelector('.clock').textContent = clock;
  time
    .querySelector('.fraction')
    .replaceChildren(`.${millis}`, Object.assign(document.createElement('b'), { textContent: micros }));
};

const fillInstance = (element, instance) => {
  const badge = element.querySelector('.instance');
  badge.textContent = instance;
  badge.classList.add(toneOf(instance));
};

const newRow = (record) => {
  const row = byId('row').content.firstElementChild.cloneNode(true);
  row.id = `record-${record.id}`;
  row.querySelector('a').href = `/app/${record.id}`;
  fillTime(row, record.timestamp);
  fillInstance(row, record.instance);
  row.querySelector('.client').textContent = record.clientAddress;
  return row;
};

const newWriter = ([instance, count]) => {
  const writer = byId('writer').content.firstElementChild.cloneNode(true);
  fillInstance(writer, instance);
  writer.querySelector('.count').textContent = count;
  return writer;
};

const newMark = (record) => {
  const mark = document.createElement('i');
  mark.className = toneOf(record.instance);
  // The content security policy bars style attributes, not this.
  mark.style.left = `${timeParts(record.timestamp).withinSecond * 100}%`;
  return mark;
};

/** Puts the new rows in their places and takes the oldest away; rows that stay are not touched, so nothing flickers. */
const showRows = (records) => {
  const list = byId('records');
  const ids = new Set(records.map(({ id }) => `record-${id}`));
  for (const row of [...list.children]) if (!ids.has(row.id)) row.remove();
  records.forEach((record, index) => {
    const present = list.children[index];
    if (present?.id !== `record-${record.id}`) list.insertBefore(newRow(record), present ?? null);
  });
};

/** Shows the latest records, newest first, in all places of the page. */
export const showRecords = (records) => {
  byId('none').hidden = records.length > 0;
  showRows(records);
  byId('marks').replaceChildren(...records.toReversed().map(newMark));
  byId('writers').replaceChildren(...countByInstance(records).map(newWriter));
  if (records.length === 0) return;
  byId('latest').classList.remove('empty');
  fillTime(byId('latest'), records[0].timestamp);
};

/** Says how the list is doing: `live`, `waiting` or `failing`, and in words. */
export const showFeedState = (state, text) => {
  const element = byId('feed-state');
  element.dataset.state = state;
  // A status that repeats itself is read out again and again.
  if (element.textContent !== text) element.textContent = text;
};

/** Says what became of the last attempt to record. */
export const showOutcome = (state, text) => {
  byId('outcome').dataset.state = state;
  byId('outcome').textContent = text;
};

/** Shows or hides the field for the read token; it takes the focus when it appears in answer to a wrong token. */
export const showTokenForm = (shown, { focus = false } = {}) => {
  byId('token-form').hidden = !shown;
  if (shown && focus) byId('token').focus();
};
