import { hash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../server/contract.ts';
import type { Item } from './scan.ts';

const MODULUS = 1n << 128n;

/** Attributes that DynamoDB or a copy may change without changing what is recorded. */
const WITHOUT_DATA = /^aws:rep:/;

/** A hash of an item: of its key and of all attributes that carry data, in the order of their names. */
export function itemHash(item: Item): bigint {
  const attributes = Object.entries(item)
    .filter(([name]) => name !== TABLE.ttlAttribute && !WITHOUT_DATA.test(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]: [string, AttributeValue]) => [name, value]);
  return BigInt(`0x${hash('sha256', JSON.stringify(attributes)).slice(0, 32)}`);
}

/**
 * A digest of a set of items that does not depend on their order: the sum of their hashes, modulo 2^128. A parallel scan
 * has no order, and a sum needs no memory.
 *
 * It is sound because each item is in a table once, as its key is part of the hash. Two different sets have equal sums
 * only if their differing items' hashes cancel out, which for SHA-256 has a chance of 2^-128. (With XOR, or without the
 * key, an item that occurs twice could hide.) It detects loss and damage, not an attacker who chooses the items.
 */
export class SetDigest {
  #sum = 0n;

  add(item: Item): void {
    this.#sum = (this.#sum + itemHash(item)) % MODULUS;
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }
}
