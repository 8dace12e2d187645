/** The streams of events as such: soon, not too many, none for nobody. */
import { connect } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LiveRuns } from '../../../apps/web/src/ci/live/live-runs.ts';
import type { RunStore } from '../../../apps/web/src/ci/run-store.ts';
import { handleErrors } from '../../../apps/web/src/plugins/errors.ts';
import { collectRoutes } from '../../../apps/web/src/plugins/route-table.ts';
import { type CiEventsOptions, registerCiEvents } from '../../../apps/web/src/routes/ci-events.ts';
import { newRun } from './ci-fixtures.ts';
import { openStream } from './event-stream.ts';
import { growingLog } from './growing-log.ts';
import { openUpTo } from './helper.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

/** The route alone, with other limits than the lab's. */
async function routeWith(runs: RunStore, lives: LiveRuns, options: Partial<CiEventsOptions>): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  handleErrors(app, collectRoutes(app));
  const closing = new AbortController().signal;
  await registerCiEvents(app, { runs, lives, clients: openUpTo(100), closing, ...options });
  onTestFinished(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

describe('streams of events', () => {
  async function quietRun(options: Partial<CiEventsOptions>, log = growingLog()) {
    const runs = createMemoryRunStore();
    const run = newRun();
    await runs.insert(run);
    const lives = new LiveRuns({ runs, reports: log.reports, logPollMs: 20, statePollMs: 20 });
    return { lives, url: `${await routeWith(runs, lives, options)}/api/v1/ci/${run.id}/events` };
  }

  it('show a line within half a second of its writing, and a state recorded here at once', async () => {
    const log = growingLog();
    const runs = createMemoryRunStore();
    const run = newRun();
    const queued = await runs.insert(run);
    // The state is looked at no more in this test: what is told has to arrive by itself.
    const lives = new LiveRuns({ runs, reports: log.reports, statePollMs: 60_000 });
    const origin = await routeWith(runs, lives, {});
    const stream = await openStream(`${origin}/api/v1/ci/${run.id}/events`);
    await stream.until(() => stream.names().length === 1);
    lives.tell({ ...queued, state: 'running' });
    await stream.until(() => stream.names().length === 2);
    const waits: number[] = [];
    for (const line of ['a\n', 'b\n', 'c\n', 'd\n', 'e\n']) {
      const written = performance.now();
      log.append(line);
      await stream.until(() => stream.log.endsWith(line));
      waits.push(performance.now() - written);
    }
    // The runner takes up to 100 ms of the half second to hand a line to the storage; a busy machine may be late once.
    expect(waits.toSorted((a, b) => a - b)[3]).toBeLessThan(400);
    stream.leave();
  });

  it('are refused in words beyond the limit, until somebody leaves', async () => {
    const { url } = await quietRun({ clients: openUpTo(2) });
    const streams = [await openStream(url), await openStream(url)];
    const refused = await fetch(url);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('The lab has 2 streams open. Try again in 5 s.');
    streams[0]?.leave();
    await vi.waitFor(async () => {
      const stream = await openStream(url);
      stream.leave();
      expect(stream.response.status).toBe(200);
    });
    streams[1]?.leave();
  });

  it('hear a sign of life while nothing happens', async () => {
    const { url } = await quietRun({ heartbeatMs: 30 });
    const stream = await openStream(url);
    await stream.until(() => stream.comments.length >= 2);
    expect(stream.comments[0]).toBe('heartbeat');
    expect(stream.names()).toEqual(['run']);
    stream.leave();
  });

  it('are dropped when they read nothing of what they are sent', async () => {
    const { url, lives } = await quietRun({ slowMs: 200 }, growingLog('x'.repeat(30_000_000)));
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await vi.waitFor(() => expect(lives.size).toBe(1));
    await vi.waitFor(() => expect(lives.size).toBe(0), { timeout: 5_000 });
  });
});
