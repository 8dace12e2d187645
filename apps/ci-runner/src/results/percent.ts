/** Per cents with two decimals, rounded as the tool rounds whose number it is. */

/**
 * As coverage.py rounds: to the nearest, halves to the even one, and never to 0 or 100 what is not quite that.
 * @param percent 0 to 100
 */
export function roundPercent(percent: number): number {
  if (percent > 0 && percent < 0.01) return 0.01;
  if (percent > 99.99 && percent < 100) return 99.99;
  const isHalf = Number.isInteger(percent * 8) && (percent * 8) % 2 !== 0;
  if (!isHalf) return Number(percent.toFixed(2));
  const below = Math.floor(percent * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}

/** As Istanbul's tools round: down. Their formula to the letter, as another would differ in a few cases. */
export function floorPercent(covered: number, total: number): number {
  return Math.floor((1000 * 100 * covered) / total / 10) / 100;
}
