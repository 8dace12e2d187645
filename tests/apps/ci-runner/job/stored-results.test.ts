/** What a job has left is stored as far as there is room; what is too large is refused in words, and nothing is thrown at the runner. */
import { describe, expect, it } from 'vitest';
import { type JobFiles, StoredResults } from '../../../../apps/ci-runner/src/job/stored-results.ts';
import { RefusedFile } from '../../../../apps/ci-runner/src/sandbox/job-files.ts';
import { memoryContainer } from './memory-container.ts';

const MIB = 1024 * 1024;
const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

/** A sandbox that says one size of each of its files, and holds another. */
function sandboxWith(files: Record<string, { said: number; holds: number }>): JobFiles {
  return {
    list: async () => Object.entries(files).map(([path, { said }]) => ({ path, size: said })),
    read: async (path, maxBytes) => {
      const found = Object.entries(files).find(([name]) => path.endsWith(`/${name}`));
      if (found === undefined) return undefined;
      const [name, { holds }] = found;
      if (holds > maxBytes) throw new RefusedFile(`${name} is larger than ${maxBytes} bytes.`);
      return Buffer.alloc(holds);
    },
  };
}

function open() {
  const { container, blobs } = memoryContainer();
  const bytes = (): number => [...blobs.values()].reduce((sum, { length }) => sum + length, 0);
  return { stored: new StoredResults(container, ID, new AbortController().signal), blobs, bytes };
}

const sized = (size: number) => ({ said: size, holds: size });

describe('a report', () => {
  it('is stored page by page', async () => {
    const { stored, blobs } = open();
    const job = sandboxWith({ 'index.html': sized(10), 'a/b.html': sized(20), '.gitignore': sized(1) });
    expect(await stored.storeReport(job, 'out/report')).toEqual({ isStored: true, problem: null });
    expect([...blobs.keys()].sort()).toEqual([`runs/${ID}/report/a/b.html`, `runs/${ID}/report/index.html`]);
  });

  it('without a first page is none', async () => {
    const { stored } = open();
    expect(await stored.storeReport(sandboxWith({ 'a.html': sized(1) }), 'x')).toEqual({
      isStored: false,
      problem: null,
    });
  });

  it('that has grown since it was looked at is not stored, with a sentence, and no more of it than is allowed', async () => {
    const grown = open();
    const one = sandboxWith({ 'index.html': sized(1), 'a.html': { said: 1, holds: 11 * MIB } });
    expect(await grown.stored.storeReport(one, 'x')).toEqual({
      isStored: false,
      problem: 'The coverage report was not stored: a.html is larger than 10485760 bytes.',
    });
    const many = open();
    const pages = Array.from({ length: 100 }, (_, index) => [`${index}.html`, { said: 1, holds: 2 * MIB }]);
    const job = sandboxWith({ 'index.html': sized(1), ...Object.fromEntries(pages) });
    expect(await many.stored.storeReport(job, 'x')).toEqual({
      isStored: false,
      problem: 'The coverage report was not stored: together its files are larger than is stored.',
    });
    expect(many.bytes()).toBeLessThanOrEqual(50 * MIB);
  });
});

describe('the documents of a run', () => {
  it('are stored as the sandbox wrote them, and what is not there is not', async () => {
    const { stored, blobs } = open();
    const job = sandboxWith({ 'tests.json': sized(3), 'coverage/0.json': sized(4), 'coverage.json': sized(5) });
    expect(await stored.storeTests(job, 'out/tests.json')).toBe(true);
    expect(await stored.storeCoverage(job, 'out', 1)).toBe(true);
    expect(await stored.storeCoverage(job, 'out', 2)).toBe(false);
    expect(blobs.get(`runs/${ID}/tests.json`)).toHaveLength(3);
  });

  it('are refused where one is larger than the web app reads, or all are larger than is stored', async () => {
    const { stored, bytes } = open();
    const large = sandboxWith({ 'tests.json': sized(4 * MIB + 1) });
    await expect(stored.storeTests(large, 'out/tests.json')).rejects.toThrow(RefusedFile);
    const files = Array.from({ length: 20 }, (_, index) => [`coverage/${index}.json`, sized(4 * MIB)]);
    const many = sandboxWith(Object.fromEntries(files));
    await expect(stored.storeCoverage(many, 'out', 20)).rejects.toThrow(RefusedFile);
    expect(bytes()).toBeLessThanOrEqual(48 * MIB);
  });
});
