/** The process of a small service: where it listens, how it ends, and what it says where it cannot start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_DIR } from '../../helpers/lab.ts';

type Service = { child: ChildProcess; lines: string[]; line: (part: string) => Promise<string> };

function start(env: Record<string, string>): Service {
  const child = spawn(process.execPath, [join(PROJECT_DIR, 'apps/numbers/src/server.ts')], {
    env: { ...process.env, HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (text) => lines.push(text));
  const line = async (part: string): Promise<string> => {
    for (;;) {
      const found = lines.find((text) => text.includes(part));
      if (found !== undefined) return found;
      await once(reader, 'line');
    }
  };
  return { child, lines, line };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it at once, whoever is still connected', async (signal) => {
  const { child, line } = start({ PORT: '0' });
  const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(await line('listening')) ?? [];
  const answer = await fetch(`http://127.0.0.1:${port}/add_numbers?num1=1&num2=2`);
  expect(await answer.json()).toEqual([{ Result: 3 }]);
  const idle = connect(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  const gone = once(idle, 'close');
  const begun = Date.now();
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(Date.now() - begun).toBeLessThan(1000);
  await gone;
});

test.each([
  ['a port that is none', { PORT: 'http' }, 'PORT must be integer, which \\"http\\" is not (port that it listens on)'],
  ['an address that is not its own', { PORT: '0', HOST: '192.0.2.1' }, 'numbers cannot start'],
])('with %s it ends with status 1, and says why', async (_, env, words) => {
  const { child, line } = start(env);
  expect(JSON.parse(await line(words))).toMatchObject({ level: 'fatal', name: 'numbers' });
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(1);
});
