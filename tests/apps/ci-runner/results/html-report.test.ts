/** The HTML report that the runner makes itself. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Coverage, readCoverage } from '../../../../apps/ci-runner/src/results/coverage.ts';
import { writeHtmlReport } from '../../../../apps/ci-runner/src/results/html-report.ts';
import { ResultError } from '../../../../apps/ci-runner/src/results/result-error.ts';
import { readFixture } from './fixtures.ts';

const page = (path: string) => readFile(join(folder, path), 'utf8');
const oneFile = (path: string): Coverage => ({
  percent: 50,
  files: [
    {
      path,
      percent: 50,
      lines: new Map([
        [1, 'covered'],
        [2, 'missed'],
        [3, 'partial'],
      ]),
    },
  ],
});
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'html-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeHtmlReport', () => {
  it('has a first page, a page for each file and what they are shown with', async () => {
    const coverage = readCoverage(readFixture('coverage-py/branch.json'));
    await writeHtmlReport(coverage, async (path) => `# source of ${path}\n`, folder);
    const files = await readdir(folder, { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['index.html', 'base.css', 'prettify.js', 'shop/prices.py.html']));
    expect(await page('index.html')).toMatch(/43\/50/);
    expect(await page('shop/prices.py.html')).toContain('# source of shop/prices.py');
  });

  it('marks lines, and is not tricked by what is in them', async () => {
    await writeHtmlReport(oneFile('a.js'), async () => 'one\n<b>two</b>\n\u0001script\u0002three', folder);
    const html = await page('a.js.html');
    expect(html).toMatch(/cstat-no[^>]*>&lt;b&gt;two&lt;\/b&gt;</);
    expect(html).toMatch(/cbranch-no[^>]*>scriptthree</);
    expect(html).not.toContain('<script>three');
  });

  it('says where a source is missing', async () => {
    await writeHtmlReport(oneFile('a.js'), async () => null, folder);
    expect(await page('a.js.html')).toContain('The source of this file is not here.');
  });

  it('leaves out a file whose name is HTML', async () => {
    const coverage = oneFile('a.js');
    coverage.files.push(...oneFile('<img src=x>.js').files);
    await writeHtmlReport(coverage, async () => '', folder);
    expect(await page('index.html')).not.toContain('img src=x');
  });

  it('leaves out what there is no room for', async () => {
    const coverage = oneFile('a.js');
    const lines = new Map(Array.from({ length: 150_000 }, (_, index) => [index + 1, 'covered'] as const));
    coverage.files.push({ path: 'huge.js', percent: 100, lines }, ...oneFile('b.js').files);
    await writeHtmlReport(coverage, async () => '', folder);
    const html = await page('index.html');
    expect([html.includes('a.js'), html.includes('huge.js'), html.includes('b.js')]).toEqual([true, false, true]);
  });

  it('is refused where there is nothing to show, or names get in the way of each other', async () => {
    await expect(writeHtmlReport({ percent: 1, files: [] }, async () => '', folder)).rejects.toThrow(ResultError);
    const coverage = oneFile('x');
    coverage.files.push(...oneFile('x.html/y').files);
    await expect(writeHtmlReport(coverage, async () => '', folder)).rejects.toThrow('could not be written');
  });
});
