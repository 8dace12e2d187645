/** The page of one file of a run's coverage. */
import { type CiCoverageFile, coverageBlobName, coverageFileBlobName } from '@cloud-lab/common/ci-messages';
import { describe, expect, it } from 'vitest';
import { finished, newRun } from './ci-fixtures.ts';
import { buildTestApp, reportsWith } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const HOSTILE = `<script>alert(1)</script>"'&`;
const part = { percent: 50, lines: { covered: 1, total: 2 }, changed: null };

type Line = CiCoverageFile['lines'][number];
const line = (text: string, state: Line['state'] = null, changed = false): Line => ({ text, state, changed });
const LINES = [
  line('import math', 'covered'),
  line(''),
  line('  if a < b && c:', 'partial', true),
  line(HOSTILE, 'missed', true),
  ...Array.from({ length: 10 }, () => line('far away', 'covered')),
];

async function fileAt(path: string, lines: Line[], suffix = '') {
  const runs = createMemoryRunStore();
  const run = newRun();
  await runs.insert(run);
  await runs.apply(finished(run.id));
  const reports = reportsWith(
    {},
    {},
    {
      [coverageBlobName(run.id)]: { ...part, files: [{ path, ...part }] },
      [coverageFileBlobName(run.id, 0)]: { path, lines },
    },
  );
  const { app } = await buildTestApp({ runs, reports });
  const address = `/ci/${run.id}/coverage/${path.split('/').map(encodeURIComponent).join('/')}${suffix}`;
  return { app, run, address, answer: await app.inject(address) };
}

describe('/ci/:id/coverage/*', () => {
  it('shows each line with its number, its sign and what changed', async () => {
    const { answer, address } = await fileAt('src/my lib.py', LINES);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const { body } = answer;
    expect(body).toContain('<h1 class="path">src/my lib.py</h1>');
    expect(body).toContain('The tests reach 12 of 13 lines that can run, and 1 of 2 that the commit changed.');
    expect(body).toContain(
      '<tr id="L1" class="covered"><th scope="row"><a href="#L1">1</a></th><td class="mark"></td>',
    );
    expect(body).toContain('<td class="sign good" aria-label="covered">✓</td><td class="text">import math</td>');
    expect(body).toContain('<tr id="L2" class="plain">');
    expect(body).toContain(
      '<tr id="L3" class="partial changed"><th scope="row"><a href="#L3">3</a></th><td class="mark added" aria-label="changed">+</td>' +
        '<td class="sign fair" aria-label="partly covered">◐</td><td class="text">  if a &lt; b &amp;&amp; c:</td></tr>',
    );
    expect(body).toContain('<td class="sign bad" aria-label="missed">✗</td>');
    expect(body.match(/<tr id="L/g)).toHaveLength(LINES.length);
    expect(body).toContain('<a href="#L3">To the first missed line</a>');
    expect(body).toContain(`<a href="${address}?only=changed">Only changed</a>`);
  });

  it('leaves out what is far from a change when asked, and says where', async () => {
    const { body } = (
      await fileAt(
        'a.py',
        [line('far', 'covered'), ...Array.from({ length: 4 }, () => line('x')), ...LINES],
        '?only=changed',
      )
    ).answer;
    const numbers = [...body.matchAll(/<tr id="L(\d+)"/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    expect(body.match(/<tr class="gap">/g)).toHaveLength(2);
    expect(body).toContain('<a href="#L8">To the first missed line</a>');
    expect(body).toMatch(/aria-current="true">Only changed</);
  });

  it('says when nothing changed or nothing is missed', async () => {
    const { body } = (await fileAt('a.py', [line('x', 'covered')])).answer;
    expect(body).toContain('The commit did not change this file.');
    expect(body).not.toContain('id="next"');
  });

  it.each([HOSTILE, '100%.py', 'what?.py', 'a%2Fb.py', 'größe/ä.py'])(
    'escapes the path %s and the text',
    async (path) => {
      const { body, statusCode } = (await fileAt(path, LINES)).answer;
      expect(statusCode).toBe(200);
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
      expect(body).not.toContain('<script>alert');
      expect(body).not.toContain(`"'&`);
    },
  );

  it('finds no other file', async () => {
    const { app, run } = await fileAt('a.py', LINES);
    for (const path of ['b.py', '', '..%2f..%2fsecret', '%00', 'a.py%2f']) {
      const { statusCode, body } = await app.inject(`/ci/${run.id}/coverage/${path}`);
      expect(statusCode).toBe(404);
      expect(body).toContain('The coverage of this run has no such file.');
    }
  });
});
