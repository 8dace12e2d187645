/** What a host says of itself: cloud-init's stages first, then every unit by asking it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HostReport } from '../../infra/ready.ts';
import type { Check } from '../../infra/roles.ts';
import { writeAtomically } from '../../tools/launcher/paths.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { temporaryFolder } from '../tools/fake-project.ts';

type Unit = { state: string[]; journal: string[] };
type Status = HostReport & { units: Record<string, string> };

const DONE = { v1: { errors: [], recoverable_errors: {} } };
const active = (journal: string[] = []): Unit => ({ state: ['active', 'running'], journal });

/** A machine's files, from what a test says of it. */
class Machine {
  readonly root = temporaryFolder();

  constructor(checks: Check[] = []) {
    this.file('/etc/lab/health.json', { host: 'web', checks });
    this.file('/units.json', {});
  }

  file(path: string, content: unknown): this {
    writeAtomically(join(this.root, path), typeof content === 'string' ? content : JSON.stringify(content));
    return this;
  }

  /** Runs host-status to its end. */
  async run(...args: string[]): Promise<{ lines: Status[]; status: number | null; stderr: string }> {
    const child = this.start(args);
    const lines: Status[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Status));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { lines, status, stderr };
  }

  start(args: string[]) {
    const script = join(PROJECT_DIR, 'cloud-init/files/host-status');
    const child = spawn('python3', [join(import.meta.dirname, 'with-fake-machine.py'), this.root, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    onTestFinished(() => void child.kill());
    return child;
  }
}

/** A server of this test on a port of its own. */
async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function answering(status: number, body: string): Promise<number> {
  return portOf(createHttpServer((_, response) => void response.writeHead(status).end(body)));
}

function hasPython(): boolean {
  try {
    return execFileSync('python3', ['-c', 'print("yes")'], { encoding: 'utf8' }) === 'yes\n';
  } catch {
    return false;
  }
}

describe.skipIf(!hasPython())('a host (its script needs python3)', () => {
  test('whose disk is full says so before anything else', async () => {
    const port = await answering(200, 'ok');
    const machine = new Machine([{ unit: 'web.service', kind: 'http', url: `http://127.0.0.1:${port}/` }])
      .file('/run/cloud-init/result.json', DONE)
      .file('/units.json', { 'web.service': active(), disk: active() })
      .file('/data/free-mib', '3');
    const full = 'is full: /data has 3 of 200 MiB free; remove something, or give it more';
    const { lines, status } = await machine.run();
    expect(lines[0]).toMatchObject({
      state: 'starting',
      stage: `disk ${full}`,
      units: { disk: full, 'web.service': 'ok' },
    });
    expect(status).toBe(1);
    machine.file('/data/free-mib', '100');
    expect((await machine.run()).lines[0]).toMatchObject({ state: 'healthy', units: { 'web.service': 'ok' } });
  });

  test('that has just booted is starting, at the stage that cloud-init has begun last', async () => {
    const machine = new Machine([{ unit: 'web.service', kind: 'active' }]);
    const { lines, status } = await machine.run();
    expect([lines, status]).toEqual([[{ host: 'web', state: 'starting', stage: 'booted', units: {} }], 1]);
    machine.file('/run/cloud-init/status.json', { v1: { 'init-local': { start: 1.5 }, init: { start: 2 }, other: 7 } });
    expect((await machine.run()).lines[0]).toMatchObject({ state: 'starting', stage: 'cloud-init init' });
  });

  test('is healthy when cloud-init is done and every unit answers', async () => {
    const tcp = await portOf(createServer());
    const http = await answering(200, '{}');
    const machine = new Machine([
      { unit: 'caddy.service', kind: 'active' },
      { unit: 'kafka.service', kind: 'tcp', port: tcp },
      { unit: 'web.service', kind: 'http', url: `http://127.0.0.1:${http}/healthz` },
    ]);
    machine.file('/run/cloud-init/result.json', DONE);
    machine.file('/units.json', { 'caddy.service': active(), 'kafka.service': active(), 'web.service': active() });
    const { lines, status, stderr } = await machine.run();
    expect([status, stderr]).toEqual([0, '']);
    expect(lines).toEqual([
      {
        host: 'web',
        state: 'healthy',
        stage: 'healthy',
        units: { 'caddy.service': 'ok', 'kafka.service': 'ok', 'web.service': 'ok' },
      },
    ]);
  });

  test('says of each unit why it does not answer, with the log of the first', async () => {
    const closed = createServer();
    const free = await portOf(closed);
    await closed[Symbol.asyncDispose]();
    const health = {
      services: [
        { name: 'database', status: 'down', text: 'asleep' },
        { name: 'git', status: 'ok' },
      ],
    };
    const sick = await answering(503, JSON.stringify(health));
    const machine = new Machine([
      { unit: 'ok.service', kind: 'active' },
      { unit: 'dead.service', kind: 'active' },
      { unit: 'deaf.service', kind: 'tcp', port: free },
      { unit: 'sick.service', kind: 'http', url: `http://127.0.0.1:${sick}/healthz` },
      { unit: 'plain.service', kind: 'http', url: `http://127.0.0.1:${await answering(500, 'no\n')}/` },
    ]);
    machine.file('/run/cloud-init/result.json', DONE);
    machine.file('/units.json', {
      'ok.service': active(['all is well']),
      'dead.service': { state: ['failed', 'failed'], journal: ['one', 'two'] },
      'deaf.service': active(),
      'sick.service': active(),
      'plain.service': active(),
    });
    const { lines, status } = await machine.run();
    expect(status).toBe(1);
    expect(lines[0]).toEqual({
      host: 'web',
      state: 'starting',
      stage: 'dead.service is failed failed',
      units: {
        'ok.service': 'ok',
        'dead.service': 'is failed failed',
        'deaf.service': expect.stringMatching(/^does not answer: .*refused/),
        'sick.service': 'answers 503: database: asleep',
        'plain.service': 'answers 500: no',
      },
      log: ['one', 'two'],
    });
  });

  test.each([
    [{ v1: { errors: ['("scripts_user", ...)'] } }, '', '("scripts_user", ...)'],
    [
      { v1: { errors: [], recoverable_errors: { DEPRECATED: ['old'], WARNING: ['late'], ERROR: ['lost'] } } },
      '',
      'WARNING: late; ERROR: lost',
    ],
    [DONE, 'x: Invalid user-data: failed schema validation\n', 'x: Invalid user-data: failed schema validation'],
  ])('whose cloud-init ended with errors has failed: %j %j', async (result, output, errors) => {
    const machine = new Machine([{ unit: 'web.service', kind: 'active' }]);
    machine.file('/run/cloud-init/result.json', result);
    machine.file('/var/log/cloud-init-output.log', `${output}the last line\n`);
    const { lines, status } = await machine.run('--watch', '60');
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ state: 'failed', reason: `cloud-init ended with errors: ${errors}` });
    expect(lines[0]?.log?.at(-1)).toBe('the last line');
  });

  test('that is watched tells each stage once, and ends when it is healthy', async () => {
    const machine = new Machine([{ unit: 'web.service', kind: 'active' }]);
    machine.file('/units.json', { 'web.service': { state: ['activating', 'start'], journal: [] } });
    const child = machine.start(['--watch', '60']);
    const stages: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      stages.push((JSON.parse(line) as Status).stage);
      if (stages.length === 1) machine.file('/run/cloud-init/result.json', DONE);
      if (stages.length === 2) machine.file('/units.json', { 'web.service': active() });
    }
    expect(stages).toEqual(['booted', 'web.service is activating start', 'healthy']);
  });

  test('that is watched for too long has failed, with the log of the unit that is waited for', async () => {
    const machine = new Machine([{ unit: 'web.service', kind: 'active' }]);
    machine.file('/run/cloud-init/result.json', DONE);
    const journal = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    machine.file('/units.json', { 'web.service': { state: ['activating', 'start'], journal } });
    const { lines, status } = await machine.run('--watch', '0');
    expect([lines.length, status]).toEqual([1, 1]);
    expect(lines[0]).toMatchObject({
      state: 'failed',
      reason: 'not healthy after 0 s: web.service is activating start',
      log: journal.slice(8),
    });
  });
});
