/** Judges the creation of users: one name, one user, and no name locked. Everything here is pure. */
import type { UserOutcome } from '../history.ts';
import type { StoredUser } from './stored.ts';

/** What a run counted of users. Lists have names. */
export interface UserFindings {
  readonly requests: number;
  readonly created: number;
  /** Created, and not in the table with the answered id. */
  readonly lost: readonly string[];
  /** Names of two users, in the table or in answers. */
  readonly doubled: readonly string[];
  /** Names without a user, although every request has ended. */
  readonly locked: readonly string[];
  /** Answers other than 201, 409 and 503: `500 <name>`. */
  readonly unexpected: readonly string[];
}

export function userFindingsOf(outcomes: readonly UserOutcome[], stored: readonly StoredUser[]): UserFindings {
  const created = outcomes.filter(({ status }) => status === 201);
  const idsOf = Map.groupBy(stored, ({ name }) => name);
  const hasUser = (name: string, id?: string) =>
    idsOf.get(name)?.some((user) => id === undefined || user.id === id) ?? false;
  const names = [...new Set(outcomes.map(({ name }) => name))];
  const answers = Map.groupBy(created, ({ name }) => name);
  return {
    requests: outcomes.length,
    created: created.length,
    lost: created.filter(({ name, id }) => !hasUser(name, id)).map(({ name }) => name),
    doubled: names.filter((name) => (idsOf.get(name)?.length ?? 0) > 1 || (answers.get(name)?.length ?? 0) > 1),
    locked: names.filter((name) => !hasUser(name)),
    unexpected: outcomes
      .filter(({ status }) => status !== undefined && ![201, 409, 503].includes(status))
      .map(({ status, name }) => `${status} ${name}`),
  };
}
