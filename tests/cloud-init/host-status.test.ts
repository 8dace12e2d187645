/** What a host says of itself: cloud-init's stages first, then every unit by asking it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../infra/checks.ts';
import type { HostReport } from '../../infra/ready.ts';
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
      .file('/data/disk.json', { freeMib: 3 });
    const full = 'is full: /data has 3 of 200 MiB free; remove something, or give it more';
    const { lines, status } = await machine.run();
    expect(lines[0]).toMatchObject({
      state: 'starting',
      stage: `disk ${full}`,
      units: { disk: full, 'web.service': 'ok' },
    });
    expect(status).toBe(1);
    machine.file('/data/disk.json', { freeMib: 100 });
    expect((await machine.run()).lines[0]).toMatchObject({ state: 'healthy', units: { 'web.service': 'ok' } });
  });

  test.each([
    [
      'whose inodes are used up',
      { inodes: [3, 65536] },
      'is full: /data has 3 of 65536 inodes free; remove files, or give it more',
    ],
    [
      'whose file system is read-only',
      // ST_RDONLY of statvfs(3).
      { flags: 1 },
      'is read-only: /data takes no writes; dmesg says why, mount -o remount,rw /data undoes it',
    ],
  ])('%s says so before anything else, and shows the log of the unit that suffers', async (_, disk, words) => {
    const machine = new Machine([{ unit: 'web.service', kind: 'active' }])
      .file('/run/cloud-init/result.json', DONE)
      .file('/units.json', { 'web.service': { state: ['failed', 'failed'], journal: ['no space'] } })
      .file('/data/disk.json', disk);
    const { lines } = await machine.run();
    expect(lines[0]).toMatchObject({ stage: `disk ${words}`, log: ['no space'] });
    expect(Object.entries(lines[0]?.units ?? {})).toEqual([
      ['disk', words],
      ['web.service', 'is failed failed'],
    ]);
  });

  test('whose file system counts no inodes has enough of them', async () => {
    const machine = new Machine([])
      .file('/run/cloud-init/result.json', DONE)
      .file('/data/disk.json', { inodes: [0, 0] });
    expect((await machine.run()).lines[0]).toMatchObject({ state: 'healthy' });
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

  describe('asks a unit for what it is for:', () => {
    const ready = (...checks: Check[]): Machine =>
      new Machine(checks)
        .file('/run/cloud-init/result.json', DONE)
        .file('/units.json', Object.fromEntries(checks.map(({ unit }) => [unit, active([`log of ${unit}`])])));
    const unitsOf = async (machine: Machine): Promise<Record<string, string>> =>
      (await machine.run()).lines[0]?.units ?? {};

    describe('a socket', () => {
      const path = '/run/ci-job/1.sock';
      const check: Check = { unit: 'ci-job@1.socket', kind: 'socket', path };
      const listing = (flags: string, inode = '4711987'): string =>
        `Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 ${flags} 0001 01 ${inode} ${path}\n`;
      const socketAt = async (machine: Machine): Promise<void> => {
        mkdirSync(join(machine.root, '/run/ci-job'), { recursive: true });
        const server = createServer().listen(join(machine.root, path));
        await once(server, 'listening');
        onTestFinished(() => void server.close());
      };

      test('that is listened at is well', async () => {
        const machine = ready(check).file('/proc/net/unix', listing('00010000'));
        await socketAt(machine);
        expect(await unitsOf(machine)).toEqual({ 'ci-job@1.socket': 'ok' });
      });

      test('whose number is padded is found in the list, too', async () => {
        const machine = ready(check).file('/proc/net/unix', listing('00010000', ' 4711'));
        await socketAt(machine);
        expect(await unitsOf(machine)).toEqual({ 'ci-job@1.socket': 'ok' });
      });

      test('that nobody listens at is not, whatever file is left', async () => {
        const machine = ready(check).file('/proc/net/unix', listing('00000000'));
        await socketAt(machine);
        expect(await unitsOf(machine)).toEqual({ 'ci-job@1.socket': `nobody listens at ${path}` });
      });

      test('whose file was removed is not', async () => {
        const machine = ready(check).file('/proc/net/unix', listing('00010000'));
        expect(await unitsOf(machine)).toEqual({ 'ci-job@1.socket': `${path} is missing` });
      });

      test('whose unit was stopped is not', async () => {
        const machine = ready(check).file('/proc/net/unix', listing('00010000'));
        await socketAt(machine);
        machine.file('/units.json', { 'ci-job@1.socket': { state: ['inactive', 'dead'], journal: [] } });
        expect(await unitsOf(machine)).toEqual({ 'ci-job@1.socket': 'is inactive dead' });
      });
    });

    test('checks that only the host itself knows are asked with the others', async () => {
      const machine = ready({ unit: 'web.service', kind: 'active' }).file('/etc/lab/health.d/places.json', [
        { unit: 'ci-job@1.socket', kind: 'active' },
        { unit: 'ci-job@2.socket', kind: 'active' },
      ]);
      const stopped: Unit = { state: ['inactive', 'dead'], journal: [] };
      machine.file('/units.json', { 'web.service': active(), 'ci-job@1.socket': active(), 'ci-job@2.socket': stopped });
      expect(await unitsOf(machine)).toEqual({
        'web.service': 'ok',
        'ci-job@1.socket': 'ok',
        'ci-job@2.socket': 'is inactive dead',
      });
    });

    test('HTTP wants the status that is declared, under a name of its own, and shows no page of a proxy', async () => {
      const url = `http://127.0.0.1:${await answering(502, '<html><h1>502 Bad Gateway</h1></html>')}/git/myapp.git`;
      const gone = `http://127.0.0.1:${await answering(404, 'no such repository')}/`;
      const machine = ready(
        { unit: 'fcgiwrap.socket', name: 'clone of myapp', kind: 'http', url },
        { unit: 'nginx.service', kind: 'http', url: gone, status: 404 },
      );
      const { lines } = await machine.run();
      expect(lines[0]?.units).toEqual({ 'clone of myapp': 'answers 502', 'nginx.service': 'ok' });
      expect(lines[0]?.log, 'of its unit').toEqual(['log of fcgiwrap.socket']);
      const other = ready({
        unit: 'nginx.service',
        kind: 'http',
        url: `http://127.0.0.1:${await answering(200, '')}/`,
        status: 404,
      });
      expect(await unitsOf(other)).toEqual({ 'nginx.service': 'answers 200, not 404' });
    });

    test('one with a name of its own says which unit is not active', async () => {
      const check: Check = { unit: 'fcgiwrap.socket', name: 'clone of myapp', kind: 'active' };
      const machine = ready(check).file('/units.json', {
        'fcgiwrap.socket': { state: ['inactive', 'dead'], journal: [] },
      });
      expect(await unitsOf(machine)).toEqual({ 'clone of myapp': 'fcgiwrap.socket is inactive dead' });
    });

    test('HTTP behind a Unix socket', async () => {
      const socket = join(temporaryFolder(), 's');
      const asked: string[] = [];
      const server = createHttpServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(400).end('no');
      }).listen(socket);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const check: Check = {
        unit: 'ci-proxy.service',
        kind: 'http',
        socket,
        url: 'http://ci-proxy/x?y=1',
        status: 400,
      };
      expect(await unitsOf(ready(check))).toEqual({ 'ci-proxy.service': 'ok' });
      expect(asked).toEqual(['/x?y=1']);
      const away: Check = { ...check, socket: `${socket}.away` };
      expect(await unitsOf(ready(away))).toEqual({ 'ci-proxy.service': expect.stringMatching(/^does not answer: /) });
    });

    describe('a command', () => {
      const probe: Check = { unit: 'mariadb.service', kind: 'command', argv: ['/lib/probe', 'now'] };
      const tcp = async (): Promise<Check> => ({
        unit: 'mariadb.service',
        kind: 'tcp',
        port: await portOf(createServer()),
      });

      test.each([
        [[0, 'anything', ''], 'ok'],
        [[1, '', 'Warning: slow\nERROR 1290: running with --read-only\n'], 'ERROR 1290: running with --read-only'],
        [[3, 'only this\n', ''], 'only this'],
        [[2, '', ''], '/lib/probe ended with status 2'],
        [[124, '', ''], 'does not answer within 20 s'],
        [[137, '', 'said before'], 'does not answer within 20 s'],
      ])('that ends as %j', async (outcome, words) => {
        const machine = ready(await tcp(), probe).file('/commands.json', { '/lib/probe': outcome });
        expect(await unitsOf(machine)).toEqual({ 'mariadb.service': words });
        expect(readFileSync(join(machine.root, 'commands'), 'utf8')).toBe('/lib/probe now\n');
      });

      test('is not run where a cheaper question has shown that its unit is not well', async () => {
        const machine = ready({ unit: 'mariadb.service', kind: 'active' }, probe)
          .file('/commands.json', { '/lib/probe': [0, '', ''] })
          .file('/units.json', { 'mariadb.service': { state: ['failed', 'failed'], journal: [] } });
        expect(await unitsOf(machine)).toEqual({ 'mariadb.service': 'is failed failed' });
        expect(existsSync(join(machine.root, 'commands'))).toBe(false);
      });

      test('is run for a unit that is well, also where another one is not', async () => {
        const machine = ready(await tcp(), probe, { unit: 'web.service', kind: 'active' })
          .file('/commands.json', { '/lib/probe': [1, '', 'disk full'] })
          .file('/units.json', { 'mariadb.service': active(), 'web.service': { state: ['failed', 'x'], journal: [] } });
        expect(await unitsOf(machine)).toEqual({ 'mariadb.service': 'disk full', 'web.service': 'is failed x' });
      });

      test('waits, while a host boots, until all that is cheap to ask is well, and is asked again until it is well itself', async () => {
        const machine = ready(await tcp(), probe, { unit: 'web.service', kind: 'active' })
          .file('/commands.json', { '/lib/probe': [1, '', 'not yet'] })
          .file('/units.json', {
            'mariadb.service': active(),
            'web.service': { state: ['activating', 'start'], journal: [] },
          });
        const child = machine.start(['--watch', '60']);
        const stages: string[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          stages.push((JSON.parse(line) as Status).stage);
          if (stages.length === 1) {
            expect(existsSync(join(machine.root, 'commands'))).toBe(false);
            machine.file('/units.json', { 'mariadb.service': active(), 'web.service': active() });
          }
          if (stages.length === 2) machine.file('/commands.json', { '/lib/probe': [0, '', ''] });
        }
        expect(stages).toEqual(['web.service is activating start', 'mariadb.service not yet', 'healthy']);
      });

      test('is run after all when a host is given up, so that the cause is among what is told', async () => {
        const machine = ready(await tcp(), probe, { unit: 'web.service', kind: 'active' })
          .file('/commands.json', { '/lib/probe': [1, '', 'read-only'] })
          .file('/units.json', {
            'mariadb.service': active(['m']),
            'web.service': { state: ['activating', 'start'], journal: ['w'] },
          });
        const { lines } = await machine.run('--watch', '0');
        expect(lines.at(-1)).toMatchObject({
          state: 'failed',
          units: { 'mariadb.service': 'read-only', 'web.service': 'is activating start' },
        });
        expect(lines.at(-1)?.reason).toBe(
          'not healthy after 0 s: mariadb.service read-only; web.service is activating start',
        );
      });
    });
  });
});
