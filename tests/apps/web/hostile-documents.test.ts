/** What runs leave is other people's: however large or odd, it does not end the web process, and others get their answers. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { CiTestList, MAX_DOCUMENT_BYTES } from '@cloud-lab/common/ci-messages';
import { execa } from 'execa';
import Fastify from 'fastify';
import Type from 'typebox';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseDocument } from '../../../apps/web/src/ci/parse-document.ts';
import { Turns } from '../../../apps/web/src/limits/turns.ts';
import { UnsentBytes } from '../../../apps/web/src/limits/unsent-bytes.ts';

const TOO_LARGE = 'What this run left is too large to be shown here. Its log and its report are there.';
const test = { name: 'a', suite: '', state: 'passed', durationMs: 1, message: null };

it('leaves a process with 256 MiB alive, and answers', async () => {
  const script = `${import.meta.dirname}/hostile-documents-process.ts`;
  const { stdout } = await execa(process.execPath, ['--max-old-space-size=256', script], { timeout: 150_000 });
  const statuses = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(statuses).filter((status) => !['200', '404', '429', '500', '503'].includes(status))).toEqual([]);
  expect(statuses[200]).toBeGreaterThan(0);
  expect(statuses[404]).toBeGreaterThan(0);
}, 180_000);

describe('a document', () => {
  it('is taken as it is agreed, without what nobody knows', () => {
    const text = JSON.stringify({ tests: [{ ...test, more: 'x' }], other: [1, 2, 3] });
    expect(parseDocument('tests.json', Buffer.from(text), CiTestList)).toEqual({ tests: [test] });
  });

  it('is refused in words where it has too many bytes, or too many values for its bytes', () => {
    const refusal = { statusCode: 404, message: TOO_LARGE };
    const long = Buffer.from(`"${'x'.repeat(MAX_DOCUMENT_BYTES)}"`);
    const full = Buffer.from(`[${'[],'.repeat(300_000)}[]]`);
    for (const bytes of [long, full]) {
      expect(() => parseDocument('x', bytes, Type.Unknown())).toThrow(expect.objectContaining(refusal));
    }
    const words = JSON.stringify({ text: `${'{[,"\\'.repeat(300_000)}` });
    expect(parseDocument('x', Buffer.from(words), Type.Object({ text: Type.String() }))).toEqual(JSON.parse(words));
  });

  it.each(['', '{', 'null', '{"tests":{}}', '{"tests":[{}]}'])('is refused where it is %j', (text) => {
    expect(() => parseDocument('tests.json', Buffer.from(text), CiTestList)).toThrow();
  });
});

describe('turns', () => {
  it('are so many at a time, and go round the addresses', async () => {
    const turns = new Turns({ atOnce: 1, waitSeconds: 60 });
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const all = [turns.run('ann', () => first.promise)];
    for (const who of ['ann 1', 'ann 2', 'ann 3', 'ben 1', 'cem 1', 'ben 2']) {
      all.push(turns.run(who.split(' ')[0] ?? '', async () => void order.push(who)));
    }
    await setImmediate();
    expect(order).toEqual([]);
    first.resolve();
    await Promise.all(all);
    expect(order).toEqual(['ann 1', 'ben 1', 'cem 1', 'ann 2', 'ben 2', 'ann 3']);
  });

  it('are given up where they do not come in time, and go on after an error', async () => {
    const turns = new Turns({ atOnce: 1, waitSeconds: 0.02 });
    const first = Promise.withResolvers<void>();
    const failing = turns.run('ann', () => first.promise);
    await expect(turns.run('ben', async () => 1)).rejects.toMatchObject({ statusCode: 503 });
    first.reject(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    expect(await turns.run('ben', async () => 2)).toBe(2);
  });
});

describe('answers that nobody reads', () => {
  const MIB = 1024 * 1024;

  async function startWith(idleSeconds: number) {
    const unsent = new UnsentBytes({ inAll: 60 * MIB, ofAddress: 40 * MIB, idleSeconds });
    const app = Fastify({ forceCloseConnections: true });
    const body = Buffer.alloc(30 * MIB);
    const ended = Promise.withResolvers<void>();
    app.get<{ Params: { address: string } }>('/:address', (request, reply) => {
      request.raw.socket.once('close', () => ended.resolve());
      return unsent.send(reply, request.params.address, body);
    });
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    onTestFinished(() => app.close());
    /** Asks, and reads nothing but the beginning. */
    const stare = async (address: string): Promise<Socket> => {
      const socket = connect(Number(url.port), url.hostname);
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => undefined);
      socket.write(`GET /${address} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'readable');
      return socket;
    };
    const statusOf = async (address: string): Promise<number> => {
      const answer = await fetch(new URL(address, url));
      await answer.arrayBuffer();
      return answer.status;
    };
    return { stare, statusOf, ended: ended.promise };
  }

  it('take so much memory of one address and of all, until their clients leave', async () => {
    const { stare, statusOf } = await startWith(600);
    const ann = await stare('ann');
    expect(await statusOf('ann')).toBe(429);
    expect(await statusOf('ben')).toBe(200);
    await stare('ben');
    expect(await statusOf('cem')).toBe(503);
    ann.destroy();
    await vi.waitFor(async () => expect([await statusOf('ann'), await statusOf('cem')]).toEqual([200, 200]), {
      timeout: 10_000,
    });
  });

  it('are cut off', async () => {
    const { stare, ended } = await startWith(0.1);
    const socket = await stare('ann');
    await ended;
    let bytes = 0;
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    await once(socket, 'close');
    expect(bytes).toBeLessThan(30 * MIB);
  });
});
