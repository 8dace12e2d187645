/** Reading the CI over REST: runs page by page, one run, branches. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { finished, newRun, steps } from './ci-fixtures.ts';
import { buildTestApp, gitWith } from './helper.ts';

describe('GET /api/v1/ci', () => {
  it('lists newest first in pages, beside the arguments', async () => {
    const { app, runs } = await buildTestApp();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const run = newRun();
      ids.unshift(run.id);
      await runs.insert(run);
    }
    const first = (await app.inject('/api/v1/ci?limit=2')).json();
    expect(first.args).toEqual([
      { name: 'branch', required: true, description: 'Branch to test (text)' },
      { name: 'repository', required: false, description: 'Repository that holds the branch (text)' },
    ]);
    expect(first.runs.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const second = (await app.inject(first.next)).json();
    expect(second.runs.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.next).toBeNull();
  });

  it('lists those of one repository and branch, page by page', async () => {
    const repository = 'https://git.example/ann/app.git';
    const branch = 'feature/ü&x=1';
    const { app, runs } = await buildTestApp();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const run = newRun({ repository, branch });
      ids.unshift(run.id);
      await runs.insert(run);
      await runs.insert(newRun({ repository }));
      await runs.insert(newRun({ branch }));
    }
    const query = new URLSearchParams({ repository, branch, limit: '2' });
    const first = (await app.inject(`/api/v1/ci?${query}`)).json();
    expect(first.runs.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const second = (await app.inject(first.next)).json();
    expect(second.runs.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.next).toBeNull();
    expect((await app.inject('/api/v1/ci?branch=none')).json().runs).toEqual([]);
  });

  it.each([
    ['branch=a&branch=b', '`branch` was given more than once.'],
    ['limit=0', '`limit` must be a whole number from 1 to 100.'],
    ['limit=101', '`limit` must be a whole number from 1 to 100.'],
    ['limit=1e1', '`limit` must be a whole number from 1 to 100.'],
    ['limit=1&limit=2', '`limit` was given more than once.'],
    ['before=x', '`before` must be the id of a run.'],
  ])('refuses ?%s', async (query, text) => {
    const { app } = await buildTestApp();
    const answer = await app.inject(`/api/v1/ci?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().text).toBe(text);
  });

  it('shows one run, and 404 for others', async () => {
    const { app, runs } = await buildTestApp();
    const run = newRun();
    await runs.insert(run);
    expect((await app.inject(`/api/v1/ci/${run.id}`)).json()).toMatchObject({
      id: run.id,
      state: 'queued',
      author: null,
      subject: null,
      steps: [{ name: 'queued', state: 'running', startedAt: '2026-03-01T10:00:00.123Z', finishedAt: null }],
      changedLines: null,
      reportUrl: null,
      testsUrl: null,
      coverageUrl: null,
    });
    for (const id of [randomUUID(), 'x', '%27%20or%201=1', 'x'.repeat(500)]) {
      const answer = await app.inject(`/api/v1/ci/${id}`);
      expect(answer.statusCode).toBe(404);
      expect(answer.json().text).toBe('There is no run with this id. GET /api/v1/ci lists the runs.');
    }
  });

  it('shows a run with its steps, its commit and its changed lines', async () => {
    const { app, runs } = await buildTestApp();
    const run = newRun();
    await runs.insert(run);
    await runs.apply(finished(run.id));
    expect((await app.inject(`/api/v1/ci/${run.id}`)).json()).toMatchObject({
      state: 'passed',
      author: 'Ann Example',
      subject: 'Add numbers',
      steps: steps(7, true),
      changedLines: { covered: 4, total: 5 },
    });
  });

  it('lists branches', async () => {
    const { app } = await buildTestApp({ git: gitWith('main') });
    expect((await app.inject('/api/v1/ci/branches')).json()).toEqual({
      repository: 'myapp',
      repositories: ['myapp'],
      branches: [{ name: 'main', commit: `${'c'.repeat(39)}0` }],
    });
    expect((await app.inject('/api/v1/ci/branches?repository=x')).statusCode).toBe(403);
  });
});
