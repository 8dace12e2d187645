/** The sources that go into reports: read one by one, and all in all no more than the runner can hold. */

/** Gives the text of a file below the top of the repository; null when there is no such file or it may not be read. */
export type ReadSource = (path: string) => Promise<string | null>;

const MAX_SOURCE_LENGTH = 1024 * 1024;
const MAX_SOURCE_LINES = 50_000;
const MAX_TOTAL_LENGTH = 16 * 1024 * 1024;
const MAX_TOTAL_LINES = 300_000;

/**
 * Reads sources as lines: of each its first MiB, or 50,000 lines. After 16 MiB or 300,000 lines altogether, and for what
 * `readSource` does not give, there are no lines.
 */
export function createLineReader(readSource: ReadSource): (path: string) => Promise<string[]> {
  let length = MAX_TOTAL_LENGTH;
  let count = MAX_TOTAL_LINES;
  return async (path) => {
    if (length <= 0 || count <= 0) return [];
    const source = (await readSource(path))?.slice(0, MAX_SOURCE_LENGTH) ?? '';
    const lines = source.split(/\r?\n/, Math.min(MAX_SOURCE_LINES, count) + 1);
    // What follows the last line end, or the last line that is allowed, is no line.
    if (lines.at(-1) === '' || lines.length > Math.min(MAX_SOURCE_LINES, count)) lines.pop();
    length -= source.length;
    count -= lines.length;
    return lines;
  };
}
