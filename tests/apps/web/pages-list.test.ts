/** The page that lists the runs of the CI. */
import { describe, expect, it } from 'vitest';
import { finished, newRun, running } from './ci-fixtures.ts';
import { buildTestApp } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const HOSTILE = `<script>alert(1)</script>"'&`;

async function pageOf(url: string, runs = createMemoryRunStore(), repositories = ['myapp']) {
  const { app } = await buildTestApp({ runs, repositories });
  return app.inject(url);
}

describe('/ci', () => {
  it('lists runs without JavaScript: state in words, commit, numbers, and the way to each run', async () => {
    const runs = createMemoryRunStore();
    const passed = newRun();
    const failed = newRun({ branch: 'feature/x' });
    const going = newRun();
    for (const run of [passed, failed, going]) await runs.insert(run);
    await runs.apply(finished(passed.id, { subject: 'Add numbers', author: 'Ann Example' }));
    await runs.apply(
      finished(failed.id, {
        state: 'failed',
        subject: 'Break numbers',
        coverage: 61.24,
        tests: { passed: 1, failed: 2, skipped: 0 },
      }),
    );
    await runs.apply(running(going.id));
    const { statusCode, headers, body } = await pageOf('/ci', runs);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(body).toContain('<title>CI – Cloud Lab</title>');
    for (const word of ['Passed', 'Failed', 'Running']) expect(body).toContain(`<span>${word}</span>`);
    expect(body).toContain(`<a href="/ci/${passed.id}">Add numbers</a>`);
    expect(body).toContain('<a href="/ci?repository=myapp&amp;branch=feature%2Fx">feature/x</a>');
    expect(body).toContain(`<code>${passed.commit.slice(0, 8)}</code>`);
    for (const text of ['Ann Example', '3 tests', '1 of 3 tests', '87.5 %', '61.2 %', '2.5 s'])
      expect(body).toContain(text);
    expect(body).toContain(`<time datetime="2026-03-01T10:00:00.123Z">1 Mar 2026, 10:00 UTC</time>`);
    // One repository: it need not be said each time, nor chosen.
    expect(body).not.toContain('name="repository"');
  });

  it('says so when there are none', async () => {
    const { body } = await pageOf('/ci');
    expect(body).toContain('There are no runs here yet.');
    expect(body).toContain('No run of main has measured its coverage yet.');
  });

  it('shows what the query asks for', async () => {
    const runs = createMemoryRunStore();
    const wanted = newRun({ repository: 'b', branch: 'x' });
    const others = [newRun({ repository: 'b' }), newRun({ repository: 'a', branch: 'x' })];
    for (const run of [wanted, ...others]) await runs.insert(run);
    const { body } = await pageOf('/ci?repository=b&branch=+x+', runs, ['a', 'b']);
    expect(body).toContain(`href="/ci/${wanted.id}"`);
    for (const { id } of others) expect(body).not.toContain(id);
    expect(body).toContain('<h2 id="runs-title" tabindex="-1">Runs of x in b</h2>');
    expect(body).toContain('<option value="b" selected>b</option>');
    expect(body).toContain('name="branch" list="known-branches" value="x"');
    const all = await pageOf('/ci?repository=&branch=', runs, ['a', 'b']);
    for (const { id } of [wanted, ...others]) expect(all.body).toContain(id);
  });

  it('takes an address of a repository in another spelling for the same', async () => {
    const runs = createMemoryRunStore();
    const repository = 'https://git.example/team/app.git';
    const run = newRun({ repository });
    await runs.insert(run);
    const { body } = await pageOf('/ci?repository=https://git.example/team/app/', runs, ['a', repository]);
    expect(body).toContain(run.id);
    expect(body).toContain('>git.example/team/app</a>');
  });

  it('leads through older pages with the same filter', async () => {
    const runs = createMemoryRunStore();
    const ids: string[] = [];
    for (let index = 0; index < 27; index++) ids.unshift((await runs.insert(newRun())).id);
    const first = (await pageOf('/ci?branch=main', runs)).body;
    expect(first).toContain(`<a href="/ci?branch=main&amp;before=${ids[24]}" rel="next">Older runs</a>`);
    expect(first).not.toContain('Newest runs');
    const second = (await pageOf(`/ci?branch=main&before=${ids[24]}`, runs)).body;
    expect(second).toContain(`href="/ci/${ids[26]}"`);
    expect(second).not.toContain(`href="/ci/${ids[24]}"`);
    expect(second).toContain('<a href="/ci?branch=main">Newest runs</a>');
    expect(second).not.toContain('rel="next"');
  });

  it.each([
    ['branch=a..b', '`branch` cannot be the name of a branch: it holds &quot;..&quot;.'],
    ['before=x', '`before` must be the id of a run.'],
    ['branch=a&branch=b', '`branch` was given more than once.'],
  ])('refuses ?%s on a page', async (query, text) => {
    const { statusCode, headers, body } = await pageOf(`/ci?${query}`);
    expect([statusCode, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(body).toContain(text);
  });

  it('escapes whatever people and programs have written', async () => {
    const runs = createMemoryRunStore();
    const run = newRun({ branch: HOSTILE, repository: HOSTILE });
    await runs.insert(run);
    await runs.apply(finished(run.id, { subject: HOSTILE, author: HOSTILE }));
    const { body } = await pageOf(`/ci?branch=${encodeURIComponent(HOSTILE)}`, runs, ['a', HOSTILE]);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(body).not.toContain('<script>alert');
    expect(body).not.toContain(`"'&`);
  });
});

describe('the chart of the coverage', () => {
  const measured = async (...values: (number | null)[]) => {
    const runs = createMemoryRunStore();
    const ids: string[] = [];
    for (const [index, coverage] of values.entries()) {
      const { id } = await runs.insert(newRun());
      ids.push(id);
      const state = coverage !== null && coverage < 50 ? 'failed' : 'passed';
      await runs.apply(finished(id, { coverage, state, subject: `Change ${index} & more` }));
    }
    return { ids, body: (await pageOf('/ci', runs)).body };
  };

  it('has a point for each run that measured it, oldest first, which says and leads where it belongs', async () => {
    const { ids, body } = await measured(80, null, 40, 90.25);
    const points = [
      ...body.matchAll(/<a href="\/ci\/([^"]+)" aria-label="([^"]+)"><svg x="([\d.]+)%" y="([\d.]+)%">/g),
    ];
    expect(points.map(([, id]) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(points.map(([, , label]) => label)).toEqual([
      '80.0 %, passed: Change 0 &amp; more',
      '40.0 %, failed: Change 2 &amp; more',
      '90.3 %, passed: Change 3 &amp; more',
    ]);
    const across = points.map(([, , , x]) => Number(x));
    const down = points.map(([, , , , y]) => Number(y));
    expect(across).toEqual([...across].sort((a, b) => a - b));
    // The lower the coverage, the lower the point, and all within the chart.
    expect(down[1]).toBeGreaterThan(down[0] ?? 0);
    expect(down[2]).toBeLessThan(down[0] ?? 0);
    for (const each of [...across, ...down]) expect(each >= 0 && each <= 100).toBe(true);
    expect(body.match(/<path class="mark failed"/g)).toHaveLength(2);
    expect(body).toContain('<summary>The same as a table</summary>');
  });

  it.each([[[100]], [[0]], [[0, 100]], [[55, 55, 55]]])('stays within its frame for %j', async (values) => {
    const { body } = await measured(...values);
    const down = [...body.matchAll(/<svg x="[\d.]+%" y="(-?[\d.]+)%">/g)].map(([, y]) => Number(y));
    expect(down).toHaveLength(values.length);
    for (const y of down) expect(y >= 0 && y <= 100).toBe(true);
  });

  it('is of the branch that the list shows', async () => {
    const runs = createMemoryRunStore();
    const { id } = await runs.insert(newRun({ branch: 'x' }));
    await runs.apply(finished(id));
    expect((await pageOf('/ci?branch=x', runs)).body).toContain('aria-label="Coverage of x, oldest run first"');
    expect((await pageOf('/ci', runs)).body).toContain('No run of main has measured its coverage yet.');
  });

  it('says what each repository takes in the storage, those without a run too', async () => {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    await runs.apply(finished(run.id));
    await runs.setStoredBytes(run.id, 900 * 1024 ** 2);
    await runs.insert(newRun({ repository: 'gone' }));
    const { app } = await buildTestApp({ runs, repositories: ['myapp', 'new'] });
    const limitBytes = 1024 ** 3;
    expect((await app.inject('/api/v1/ci/usage')).json()).toEqual({
      repositories: [
        { repository: 'myapp', runs: 1, storedBytes: 900 * 1024 ** 2, limitBytes },
        { repository: 'new', runs: 0, storedBytes: 0, limitBytes },
        { repository: 'gone', runs: 1, storedBytes: 0, limitBytes },
      ],
    });
    const { body } = await app.inject('/ci');
    for (const text of ['900 MiB of 1 GiB, 1 run<', '0 MiB of 1 GiB, 0 runs<', 'class="fill fair"'])
      expect(body).toContain(text);
  });
});
