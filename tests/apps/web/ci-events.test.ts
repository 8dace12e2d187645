/** The events of a run: its states and its log as they happen, to many at once, at little cost. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import type { NewRun } from '../../../apps/web/src/ci/run-store.ts';
import { UnavailableError } from '../../../apps/web/src/errors.ts';
import { finished, newRun, running, steps } from './ci-fixtures.ts';
import { openStream, parseEvents } from './event-stream.ts';
import { growingLog } from './growing-log.ts';
import { buildTestApp } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

async function listen(app: FastifyInstance): Promise<string> {
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function startedRun(log = growingLog()) {
  const runs = createMemoryRunStore();
  const run = newRun();
  await runs.insert(run);
  await runs.apply(running(run.id));
  const parts = await buildTestApp({ runs, reports: log.reports });
  const origin = await listen(parts.app);
  return { ...parts, runs, run, log, url: `${origin}/api/v1/ci/${run.id}/events` };
}

async function finishedRun(text: string): Promise<{ app: FastifyInstance; run: NewRun; url: string }> {
  const runs = createMemoryRunStore();
  const run = newRun();
  await runs.insert(run);
  await runs.apply(finished(run.id));
  const { app } = await buildTestApp({ runs, reports: growingLog(text).reports });
  return { app, run, url: `/api/v1/ci/${run.id}/events` };
}

describe('GET /api/v1/ci/:id/events of a finished run', () => {
  it('is the run, its log and an end', async () => {
    const { app, url } = await finishedRun('one\ntwo é\n');
    const answer = await app.inject({ url, headers: { host: 'lab.example' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const shown = (await app.inject({ url: url.replace('/events', ''), headers: { host: 'lab.example' } })).json();
    expect(parseEvents(answer.body).events).toEqual([
      { event: 'run', id: undefined, data: shown },
      { event: 'log', id: '11', data: 'one\ntwo é\n' },
      { event: 'end', id: undefined, data: { state: 'passed' } },
    ]);
  });

  it.each([
    ['4', ['two é\n']],
    ['11', []],
    ['x', ['one\ntwo é\n']],
    ['-1', ['one\ntwo é\n']],
  ])('goes on where Last-Event-ID %s says', async (id, expected) => {
    const { app, url } = await finishedRun('one\ntwo é\n');
    const { events } = parseEvents((await app.inject({ url, headers: { 'last-event-id': id } })).body);
    expect(events.filter(({ event }) => event === 'log').map(({ data }) => data)).toEqual(expected);
    expect(events.at(-1)?.event).toBe('end');
  });

  it('begins anew for a client that comes from a longer log', async () => {
    const { app, url } = await finishedRun('short\n');
    const { events } = parseEvents((await app.inject({ url, headers: { 'last-event-id': '5000' } })).body);
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['run', undefined],
      ['restart', '0'],
      ['log', '6'],
      ['end', undefined],
    ]);
  });

  it('comes whole, in pieces, however long the log is', async () => {
    const text = `${randomBytes(1_500_000).toString('hex')}🚀\n`;
    const { app, url } = await finishedRun(text);
    const stream = await openStream(`${await listen(app)}${url}`);
    await stream.until(() => stream.closed);
    const pieces = stream.events.filter(({ event }) => event === 'log');
    expect(pieces.length).toBeGreaterThan(40);
    expect(pieces.map(({ data }) => data).join('')).toBe(text);
    expect(pieces.at(-1)?.id).toBe(String(Buffer.byteLength(text)));
  });

  it('is 404 in words for no run, and has no HEAD', async () => {
    const { app, url } = await finishedRun('');
    expect((await app.inject('/api/v1/ci/x/events')).json().text).toContain('There is no run with this id.');
    const head = await app.inject({ method: 'HEAD', url });
    expect([head.statusCode, head.headers.allow]).toEqual([405, 'GET, OPTIONS']);
  });
});

describe('GET /api/v1/ci/:id/events of a run that goes on', () => {
  it('tells states and log in order, then ends', async () => {
    const { url, ci, run, log } = await startedRun(growingLog('first\n'));
    const stream = await openStream(url);
    await stream.until(() => stream.log === 'first\n');
    expect(stream.names()).toEqual(['run', 'log']);
    await ci.record(running(run.id, { steps: steps(4) }));
    await stream.until(() => stream.names().length === 3);
    expect(stream.events[2]).toMatchObject({ event: 'run', data: { state: 'running', steps: steps(4) } });
    log.append('last\n');
    await ci.record(finished(run.id, { state: 'failed', exitCode: 1 }));
    await stream.until(() => stream.closed);
    expect(stream.log).toBe('first\nlast\n');
    expect(stream.events.at(-1)).toEqual({ event: 'end', id: undefined, data: { state: 'failed' } });
    expect(stream.events.filter(({ event }) => event === 'run')).toHaveLength(3);
  });

  it('learns of what another process recorded', async () => {
    const { url, runs, run } = await startedRun();
    const stream = await openStream(url);
    await stream.until(() => stream.names().length === 1);
    await runs.apply(finished(run.id));
    await stream.until(() => stream.closed);
    expect(stream.names()).toEqual(['run', 'run', 'end']);
  });

  it('cuts no character in two', async () => {
    const { url, log } = await startedRun();
    const stream = await openStream(url);
    const rocket = Buffer.from('🚀');
    log.append(Buffer.concat([Buffer.from('go '), rocket.subarray(0, 3)]));
    await stream.until(() => stream.log === 'go ');
    expect(stream.events.at(-1)?.id).toBe('3');
    log.append(rocket.subarray(3));
    await stream.until(() => stream.log === 'go 🚀');
    expect(stream.events.at(-1)?.id).toBe('7');
    stream.leave();
  });

  it('begins the log anew when another runner does', async () => {
    const { url, log } = await startedRun(growingLog('of the first runner\n'));
    const stream = await openStream(url);
    await stream.until(() => stream.log !== '');
    log.beginAnew('second\n');
    await stream.until(() => stream.log === 'second\n');
    expect(stream.names()).toEqual(['run', 'log', 'restart', 'log']);
    // As long as the old one by the time of the next look: told by when it was begun.
    log.beginAnew('another\n');
    await stream.until(() => stream.log === 'another\n');
    stream.leave();
  });

  it('looks once for all who follow, and not at all for nobody', async () => {
    const { url, lives, log } = await startedRun(growingLog('x'.repeat(100)));
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(url)));
    for (const stream of streams) await stream.until(() => stream.log.length === 100);
    expect(lives.size).toBe(1);
    log.reads.length = 0;
    log.append('y');
    for (const stream of streams) await stream.until(() => stream.log.endsWith('y'));
    // One look each 20 ms, not twenty.
    expect(log.reads.filter((offset) => offset === 100).length).toBeLessThan(10);
    const [first, ...others] = streams;
    for (const stream of others) stream.leave();
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.append('z');
    await first?.until(() => first.log.endsWith('z'));
    first?.leave();
    await vi.waitFor(() => expect(lives.size).toBe(0));
    const looks = log.reads.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(log.reads.length).toBeLessThanOrEqual(looks + 1);
  });

  it('gives late comers all of a log that is longer than what is kept', async () => {
    const text = randomBytes(1_300_000).toString('hex');
    const { url, log, ci, run } = await startedRun(growingLog(text));
    const first = await openStream(url);
    await first.until(() => first.log.length === text.length);
    const later = await openStream(url);
    const resumed = await openStream(url, { 'last-event-id': String(text.length - 5) });
    log.append('end');
    await ci.record(finished(run.id));
    for (const stream of [first, later, resumed]) await stream.until(() => stream.closed);
    expect(first.log === `${text}end`).toBe(true);
    expect(later.log === `${text}end`).toBe(true);
    expect(resumed.log).toBe(`${text.slice(-5)}end`);
  });

  it('waits for a storage and a database that are away', async () => {
    const { url, log, runs, ci, run } = await startedRun(growingLog('one\n'));
    const get = vi.spyOn(runs, 'get');
    const stream = await openStream(url);
    await stream.until(() => stream.log === 'one\n');
    log.setAway(true);
    get.mockRejectedValue(new UnavailableError('away'));
    log.append('two\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([stream.closed, stream.log]).toEqual([false, 'one\n']);
    log.setAway(false);
    get.mockRestore();
    await stream.until(() => stream.log === 'one\ntwo\n');
    await ci.record(finished(run.id));
    await stream.until(() => stream.closed);
    expect(stream.names().at(-1)).toBe('end');
  });

  it('ends when the app stops', async () => {
    const { url, app, lives } = await startedRun();
    const stream = await openStream(url);
    await stream.until(() => stream.names().length === 1);
    await app.close();
    await stream.until(() => stream.closed);
    expect(stream.names()).toEqual(['run']);
    expect(lives.size).toBe(0);
  });
});
