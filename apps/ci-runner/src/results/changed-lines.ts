/**
 * Reads which lines a commit changed from git's diff, piece by piece: it may be as large as the job's disk.
 *
 * The parsers on npm leave names as git quotes them (`"b/\303\251.py"`) and cut off what looks like a time in a name.
 */
import { StringDecoder } from 'node:string_decoder';
import { LineRanges } from './line-ranges.ts';
import { ResultError } from './result-error.ts';

/** Of a line that says something; what follows is of a file's own text. */
const MAX_HEADER = 16_384;
const MAX_RANGES = 200_000;
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Lines by files that a commit changed. */
export type ChangedLines = ReadonlyMap<string, LineRanges>;

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

/** Reads a diff line by line. */
class DiffReader {
  readonly changed = new Map<string, LineRanges>();
  readonly #isWanted: (path: string) => boolean;
  #name: string | null = null;
  // What of the hunk is still to come: a line of a file may look like any header.
  #removed = 0;
  #added = 0;
  #ranges = 0;

  constructor(isWanted: (path: string) => boolean) {
    this.#isWanted = isWanted;
  }

  /** @param line its first characters, without its end */
  read(line: string): void {
    if (line.startsWith('\\')) return;
    if (this.#removed + this.#added > 0) {
      if (line.startsWith('-') && this.#removed > 0) this.#removed -= 1;
      else if (line.startsWith('+') && this.#added > 0) this.#added -= 1;
      else throw new ResultError('The list of changes has a part that is not as long as it says.');
      return;
    }
    if (line.startsWith('diff ')) this.#name = null;
    else if (line.startsWith('+++ ')) this.#name = readName(line.slice(4));
    const hunk = HUNK.exec(line);
    if (hunk !== null) this.#enterHunk(Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1));
  }

  end(): void {
    if (this.#removed + this.#added > 0) throw new ResultError('The list of changes is cut off.');
  }

  #enterHunk(removed: number, first: number, added: number): void {
    this.#removed = removed;
    this.#added = added;
    const name = this.#name;
    if (name === null || added === 0 || !this.#isWanted(name)) return;
    this.#ranges += 1;
    if (this.#ranges > MAX_RANGES) throw new ResultError('The list of changes has too many parts.');
    const ranges = this.changed.get(name) ?? new LineRanges();
    ranges.add(first, added);
    this.changed.set(name, ranges);
  }
}

/**
 * The lines that were added or changed, by their numbers on the new side; files without any are absent.
 * @param diff what `git diff --unified=0 --no-color --no-ext-diff -M` printed, with git's own prefixes `a/` and `b/`
 * @param isWanted which files matter: of all others, nothing is kept
 * @throws ResultError when it is no such text, is cut off, or has more than 200,000 parts
 */
export async function readChangedLines(
  diff: AsyncIterable<Buffer> | Iterable<Buffer>,
  isWanted: (path: string) => boolean = () => true,
): Promise<ChangedLines> {
  const reader = new DiffReader(isWanted);
  const decoder = new StringDecoder('utf8');
  let open = '';
  for await (const piece of diff) {
    const text = decoder.write(piece);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      reader.read(open === '' ? text.slice(start, Math.min(end, start + MAX_HEADER)) : open + text.slice(start, end));
      open = '';
      start = end + 1;
    }
    // Of a long line, only the beginning is looked at.
    if (open.length < MAX_HEADER) open += text.slice(start, start + MAX_HEADER);
  }
  if (open !== '') reader.read(open);
  reader.end();
  return reader.changed;
}
