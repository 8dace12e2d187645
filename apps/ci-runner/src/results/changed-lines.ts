/**
 * Reads which lines a commit changed from git's diff.
 *
 * The parsers on npm leave names as git quotes them (`"b/\303\251.py"`) and cut off what looks like a time in a name.
 */
import { ResultError } from './result-error.ts';

const MAX_LENGTH = 50 * 1024 * 1024;
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Undoes git's quoting of a name: escapes as in C, bytes in octal. */
function unquote(quoted: string): string {
  const parts = quoted.match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? [];
  const bytes = parts.map((part) => {
    if (!part.startsWith('\\')) return Buffer.from(part);
    const code = part.slice(1);
    return Buffer.from(code.length === 3 ? [Number.parseInt(code, 8)] : [ESCAPES[code] ?? code.charCodeAt(0)]);
  });
  return Buffer.concat(bytes).toString('utf8');
}

/** The name after `+++ `; null where the file is gone. */
function readName(text: string): string | null {
  const quoted = /^"(.*)"$/s.exec(text)?.[1];
  // Behind a name with spaces git puts a tab.
  const name = quoted === undefined ? text.replace(/\t$/, '') : unquote(quoted);
  if (name === '/dev/null') return null;
  if (!name.startsWith('b/')) throw new ResultError('The list of changes names a file in a way that git does not.');
  return name.slice(2);
}

/**
 * The lines that were added or changed, by their numbers on the new side; files without any are absent.
 * @param diff what `git diff --unified=0 --no-color --no-ext-diff -M` printed, with git's own prefixes `a/` and `b/`
 * @throws ResultError when it is no such text, is cut off, or larger than 50 MiB.
 */
export function readChangedLines(diff: string): Map<string, Set<number>> {
  if (diff.length > MAX_LENGTH) throw new ResultError('The list of changes is larger than 50 MiB.');
  const changed = new Map<string, Set<number>>();
  let name: string | null = null;
  // What of the hunk is still to come: a line of a file may look like any header.
  let removed = 0;
  let added = 0;
  let next = 0;
  for (const line of diff.split('\n')) {
    if (line.startsWith('\\')) continue;
    if (removed + added > 0) {
      if (line.startsWith('-') && removed > 0) removed -= 1;
      else if (line.startsWith('+') && added > 0) {
        if (name !== null) changed.set(name, (changed.get(name) ?? new Set()).add(next));
        added -= 1;
        next += 1;
      } else throw new ResultError('The list of changes has a part that is not as long as it says.');
      continue;
    }
    if (line.startsWith('diff ')) name = null;
    else if (line.startsWith('+++ ')) name = readName(line.slice(4));
    const hunk = HUNK.exec(line);
    if (hunk === null) continue;
    removed = Number(hunk[1] ?? 1);
    added = Number(hunk[3] ?? 1);
    next = Number(hunk[2]);
  }
  if (removed + added > 0) throw new ResultError('The list of changes is cut off.');
  return changed;
}
