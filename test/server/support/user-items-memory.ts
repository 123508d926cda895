import type { Claim, Outcome, UserItems } from '../../../server/users/items.ts';
import type { UniqueName, User, UserPage, UserQuery } from '../../../server/users/users.ts';

function keyOf({ field, value }: UniqueName) {
  return `${field} ${value}`;
}

/** Users in memory, with the conditions of the database: each call is one atomic step. */
export class MemoryUserItems implements UserItems {
  readonly claims = new Map<string, Claim>();
  readonly records = new Map<string, User | 'tombstone'>();

  async putClaim(name: UniqueName, claim: Claim): Promise<boolean> {
    if (this.claims.has(keyOf(name))) return false;
    this.claims.set(keyOf(name), claim);
    return true;
  }

  async readClaim(name: UniqueName): Promise<Claim | undefined> {
    return this.claims.get(keyOf(name));
  }

  async takeOverClaim(name: UniqueName, holderId: string, claim: Claim): Promise<boolean> {
    if (this.claims.get(keyOf(name))?.userId !== holderId) return false;
    this.claims.set(keyOf(name), claim);
    return true;
  }

  async releaseClaim(name: UniqueName, userId: string): Promise<void> {
    if (this.claims.get(keyOf(name))?.userId === userId) this.claims.delete(keyOf(name));
  }

  async putUser(user: User): Promise<boolean> {
    if (this.records.has(user.id)) return false;
    this.records.set(user.id, user);
    return true;
  }

  async abort(userId: string): Promise<void> {
    if (!this.records.has(userId)) this.records.set(userId, 'tombstone');
  }

  async readOutcome(userId: string): Promise<Outcome> {
    const record = this.records.get(userId);
    if (record === undefined) return 'open';
    return record === 'tombstone' ? 'aborted' : 'created';
  }

  async listUsers({ limit, before }: UserQuery): Promise<UserPage> {
    const older = this.created().filter(({ id }) => before === undefined || id < before);
    const users = older.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
    const last = users.at(-1);
    return users.length < older.length && last !== undefined ? { users, next: last.id } : { users };
  }

  created(): User[] {
    return [...this.records.values()].filter((record) => record !== 'tombstone');
  }
}
