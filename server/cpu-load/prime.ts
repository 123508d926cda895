/**
 * Whether a number from 0 to 2^53 - 1 is prime, by trial division: slow on purpose, the same work every time.
 *
 * Exact although it divides in floating point: a quotient is off by at most half a unit in its last place, so its
 * whole part times the divisor stays within 2^53, where products are exact, and equals the number only for a divisor.
 * (`%` would be exact as well, but takes several times as long beyond 2^31.)
 */
export function isPrime(number: number): boolean {
  if (number < 4) return number > 1;
  if (isMultiple(number, 2) || isMultiple(number, 3)) return false;
  for (let divisor = 5; divisor * divisor <= number; divisor += 6) {
    if (isMultiple(number, divisor) || isMultiple(number, divisor + 2)) return false;
  }
  return true;
}

function isMultiple(number: number, divisor: number): boolean {
  return Math.floor(number / divisor) * divisor === number;
}
