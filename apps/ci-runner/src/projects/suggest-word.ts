/** For "did you mean": the word that was meant by one that is not known. */

/** Levenshtein's distance: how many letters to add, remove or change. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const change = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const MAX_EDITS = 2;
const MAX_LENGTH = 40;

/** The nearest of the words known, or the one that it is the begin of; null when none is near. */
export function suggestWord<T extends string>(word: string, known: readonly T[]): T | null {
  const typed = word.toLowerCase();
  if (typed.length > MAX_LENGTH) return null;
  const near = known
    .map((each) => ({ each, edits: countEdits(typed, each) }))
    .filter(({ each, edits }) => edits <= MAX_EDITS || (typed.length >= 3 && each.startsWith(typed)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.each ?? null;
}
