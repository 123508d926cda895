/**
 * The newest of all records seen so far, newest first. Ids begin with the time, so their order is the order of time;
 * records are never changed or removed, so merging what two answers showed is always right.
 */
export const mergeLatest = (known, arrived, limit) =>
  [...new Map([...known, ...arrived].map((record) => [record.id, record])).values()]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);

/** How many of the records each instance wrote, in the order of their names. */
export const countByInstance = (records) => {
  const counts = new Map();
  for (const { instance } of records) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

/** The parts of `2026-11-21T07:45:00.123456Z` as the page shows them. */
export const timeParts = (iso) => {
  const [, date, clock, millis, micros] = /^(.{10})T(.{8})\.(...)(...)Z$/.exec(iso);
  return { date, clock, millis, micros, withinSecond: Number(`0.${millis}${micros}`) };
};
