import { textTable } from '../cli/table.ts';
import type { Difference, DifferentGroup } from './compare.ts';
import type { DayRange } from './days.ts';
import type { Group, TableDigests } from './digests.ts';

/** What a table contains, a line for each day and for each other group. */
export function digestTable({ days, others }: TableDigests): string {
  const row = ([name, { items, timestamps, digest }]: [string, Group], isDay: boolean) => [
    name,
    isDay ? `${items} blocks` : `${items} items`,
    isDay ? `${timestamps} timestamps` : '',
    digest,
  ];
  const rows = [...Array.from(days, (entry) => row(entry, true)), ...Array.from(others, (entry) => row(entry, false))];
  return rows.length === 0 ? 'no items' : textTable(rows);
}

/** The totals, and what is not as expected. */
export function remarks(digests: TableDigests): string[] {
  const { days, others, temporary, damaged, unknown } = digests;
  const unknownItems = others.get('unknown')?.items ?? 0;
  return [
    `${days.size} days, ${sumOf(days, ({ items }) => items)} blocks, ${sumOf(days, (day) => day.timestamps)} timestamps`,
    ...(temporary > 0 ? [`${temporary} items that expire or change all the time are in no digest`] : []),
    ...damaged.map(({ pk, sk, problem }) => `cannot be decoded: ${pk} ${sk}: ${problem}`),
    ...(unknownItems > 0 ? [`${unknownItems} items are of no known kind:`] : []),
    ...unknown.map(({ pk, sk }) => `  ${pk} ${sk}`),
  ];
}

/** Which part of a table was read: "in its days up to 2026-11-20". */
export function partText({ from, to }: DayRange = {}, owner: 'its' | 'their' = 'their'): string {
  const after = from === undefined ? '' : ` from ${from}${to === undefined ? ' on' : ''}`;
  const before = to === undefined ? '' : ` ${from === undefined ? 'up ' : ''}to ${to}`;
  return after || before ? `in ${owner} days${after}${before}` : 'as a whole';
}

/** What the part of a table has that was read; undefined if it has nothing. */
export function contentText({ days, others }: TableDigests, range?: DayRange): string | undefined {
  const timestamps = sumOf(days, (group) => group.timestamps);
  const items = sumOf(others, (group) => group.items);
  if (days.size + items === 0) return undefined;
  return `${days.size} days with ${timestamps} timestamps, ${items} ${range === undefined ? 'other items' : 'users'}`;
}

function sumOf(groups: ReadonlyMap<string, Group>, of: (group: Group) => number): number {
  return [...groups.values()].reduce((total, group) => total + of(group), 0);
}

/** How a group differs from that of the other table, and where first. */
export function differenceText({ name, first, other }: DifferentGroup, difference: Difference | undefined): string {
  const countsOf = (group: Group | undefined) =>
    group ? `${group.items} items with ${group.timestamps} timestamps` : 'nothing';
  const where = difference
    ? `first difference: ${difference.pk} ${difference.sk} is ${STATES[difference.state]}`
    : 'the tables have become equal since they were compared';
  return `${name}: ${countsOf(first)}, the other table has ${countsOf(other)}; ${where}`;
}

const STATES = {
  missing: 'missing in the other table',
  extra: 'only in the other table',
  different: 'different in the other table',
} as const satisfies Record<Difference['state'], string>;
