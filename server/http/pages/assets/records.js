/**
 * The newest of all records seen so far, newest first. Ids begin with the time, so they sort by time. Records never
 * change and are never removed, so answers can be merged in any order.
 */
export function mergeLatest(known, arrived, limit) {
  return [...new Map([...known, ...arrived].map((record) => [record.id, record])).values()]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

/** The number of records that each instance wrote, ordered by instance name. */
export function countByInstance(records) {
  const groups = Map.groupBy(records, ({ instance }) => instance);
  return [...groups].map(([instance, { length }]) => [instance, length]).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The parts of `2026-11-21T07:45:00.123456Z` as the page shows them. */
export function timeParts(iso) {
  const [, date, clock, millis, micros] = /^(.{10})T(.{8})\.(...)(...)Z$/.exec(iso);
  return { date, clock, millis, micros, withinSecond: Number(`0.${millis}${micros}`) };
}

function errorText(errorMicros) {
  return errorMicros === null ? 'The error of this time is unknown' : `± ${(errorMicros / 1_000).toFixed(3)} ms`;
}

/** The tooltip of a record: the error of its time and, with several regions, the one that wrote it. */
export function detailsText({ errorMicros, region }) {
  return region === undefined ? errorText(errorMicros) : `${errorText(errorMicros)}. Written in ${region}`;
}

/** The number of tones (`--tone-0` and so on) in the style sheet. */
const TONES = 8;

/**
 * Assigns each instance a tone by its name, so that it stays the same after a reload. If that tone is taken, assigns
 * the next free tone. So instances share tones only if there are more instances than tones.
 */
export function createTones() {
  const assigned = new Map();
  return (instance) => {
    let tone = assigned.get(instance);
    if (tone === undefined) {
      tone = hash(instance) % TONES;
      const taken = new Set(assigned.values());
      while (taken.size < TONES && taken.has(tone)) tone = (tone + 1) % TONES;
      assigned.set(instance, tone);
    }
    return `tone-${tone}`;
  };
}

function hash(text) {
  return [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 65_521, 7);
}

/** Shows an element in a tone. The content security policy forbids style attributes, but not this. */
export function setTone(element, tone) {
  element.style.setProperty('--tone', `var(--${tone})`);
}
