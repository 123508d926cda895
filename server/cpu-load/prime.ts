/**
 * Whether a number from 0 to 2^53 - 1 is prime, by trial division: slow on purpose, with the same work every time. The
 * floating-point arithmetic gives exact results, because every product is at most 2^53. (`%` would be exact as well,
 * but is several times slower above 2^31.)
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
