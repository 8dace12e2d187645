/** Whatever happens to a lab's services and hosts, it is well again within half a minute, has all that it acknowledged, and its status is true. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { LabStatus } from '../../tools/launcher/verbs/status.ts';
import { type Acknowledged, acknowledge } from '../helpers/acknowledged.ts';
import { ciClient, pushUrlOf } from '../helpers/ci.ts';
import { killService } from '../helpers/faults.ts';
import { createPusher, withFile } from '../helpers/git-pushes.ts';
import { lab, onHost, outputOf, PATIENCE, runOn, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const isTried = process.env.LAB_E2E_FAULTS === 'all' && process.env.LAB_E2E_BROKERS !== '3';
const HEALTHY_WITHIN_MS = 30_000 * PATIENCE;
/** LAB_E2E_PAUSE_SECONDS: how long all hosts stand still, as on a laptop that sleeps. Sessions of Kafka and requests end within two minutes. */
const PAUSE_MS = Number(process.env.LAB_E2E_PAUSE_SECONDS ?? '120') * 1_000;

const hosts = Object.keys(outputs.hosts);
/** The name of a host's container, or that of the container instance. */
const containerOf = (host: string): string => `lab-${stack}-${host}`;
const containers = (): Promise<string[]> =>
  outputOf('docker', ['ps', '--all', '--filter', `label=cloud-lab.stack=${stack}`, '--format', '{{.Names}}']).then(
    (text) => text.trim().split('\n'),
  );

async function statusOf(): Promise<{ isHealthy: boolean; said: string; json: LabStatus }> {
  const { status, stdout } = await lab(['status', stack, '--json']);
  return { isHealthy: status === 0, said: stdout, json: JSON.parse(stdout) as LabStatus };
}

/** Waits until the status is well. @returns milliseconds since `since`, at the latest when it was asked */
async function untilHealthy(since: number): Promise<number> {
  for (;;) {
    const asked = Date.now();
    const { isHealthy, said } = await statusOf();
    if (isHealthy) return asked - since;
    if (asked - since > 4 * HEALTHY_WITHIN_MS) throw new Error(`The lab did not become healthy:\n${said}`);
    await delay(500);
  }
}

const times: Record<string, number> = {};
/** Does harm, and tells how long the lab was not well afterwards. */
async function afterHarm(what: string, harm: () => Promise<unknown>): Promise<void> {
  await harm();
  const ms = await untilHealthy(Date.now());
  times[what] = Math.round(ms / 1_000);
  expect(ms, `${what}: until the lab was well`).toBeLessThan(HEALTHY_WITHIN_MS);
}

describe.skipIf(!isTried)('a lab (tried by --faults, with one broker)', () => {
  let kept: Acknowledged;
  const services: { host: string; unit: string }[] = [];
  beforeAll(async () => {
    kept = await acknowledge(stack, outputs);
    for (const { host, units } of (await statusOf()).json.hosts) {
      for (const unit of Object.keys(units)) {
        const { stdout } = await runOn(stack, host, 'systemctl', 'show', '--property=MainPID', '--value', unit);
        if (/^[1-9]/.test(stdout)) services.push({ host, unit });
      }
    }
  });
  afterAll(() => process.stdout.write(`seconds until the lab was well: ${JSON.stringify(times)}\n`));

  test('is well again after each of its services was killed, and has all that it acknowledged', async () => {
    expect(services.length).toBeGreaterThan(8);
    for (const { host, unit } of services) {
      await afterHarm(`${unit} of ${host} killed`, () => killService(stack, host, unit));
    }
    await kept.check();
  });

  test('says which service is stopped, and is well when it is started', async () => {
    for (const { host, unit } of services) {
      await onHost(stack, host, 'systemctl', 'stop', unit);
      try {
        const { isHealthy, json } = await statusOf();
        const { units = {} } = json.hosts.find((each) => each.host === host) ?? {};
        expect([unit, isHealthy, units[unit]]).toEqual([unit, false, expect.not.stringMatching(/^ok$/)]);
      } finally {
        await onHost(stack, host, 'systemctl', 'start', unit);
      }
      await afterHarm(`${unit} of ${host} stopped and started`, async () => undefined);
    }
    await kept.check();
  });

  test('gives up a run whose runner was lost each time that it was begun', async () => {
    const ci = ciClient(outputs.apiUrl);
    const pusher = await createPusher(await pushUrlOf('jobs'));
    const wait = withFile('lab-ci.yaml', 'timeout: 200\n');
    const { said } = await pusher.push('loses-its-runner', join(import.meta.dirname, 'jobs/sleeps-for-ever'), wait);
    await pusher.close();
    const id = /\/ci\/([\da-f-]+)/.exec(said)?.[1] ?? '';
    const isTested = async (): Promise<string | undefined> => {
      const { runner } = await ci.show(id);
      if (runner === null) return undefined;
      return (await onHost(stack, runner, 'ps', '-eo', 'args')).includes('pytest') ? runner : undefined;
    };
    for (const attempt of ['first', 'second']) {
      const runner = await waitFor(`its ${attempt} attempt`, isTested, 120_000);
      await killService(stack, runner, 'ci-runner.service');
      await waitFor(`the end of its ${attempt} attempt`, async () =>
        (await onHost(stack, runner, 'ps', '-eo', 'args')).includes('pytest') ? undefined : true,
      );
    }
    const run = await waitFor(
      'the end of the run',
      async () => {
        const now = await ci.show(id);
        return now.state === 'errored' ? now : undefined;
      },
      120_000,
    );
    expect(run.reason).toMatch(
      /^The run was given up: it was begun 2 times, on ci-\d.*and the runner was lost each time/,
    );
    expect((await ci.test('main')).run.state).toBe('passed');
  });

  test('is well again after each of its containers was restarted', async () => {
    for (const name of await containers()) {
      await afterHarm(`${name.replace(containerOf(''), '')} restarted`, () => outputOf('docker', ['restart', name]));
    }
    await kept.check();
  });

  test('is well again after all of it was stopped and started, as by a restart of the machine', async () => {
    const names = await containers();
    await outputOf('docker', ['stop', ...names]);
    const { isHealthy, json } = await statusOf();
    expect(isHealthy).toBe(false);
    expect(json.hosts.map(({ state }) => state)).toEqual(hosts.map(() => 'unreachable'));
    expect(json.services.map(({ state }) => state)).not.toContain('healthy');
    await afterHarm('all stopped and started', () => outputOf('docker', ['start', ...names]));
    await kept.check();
    expect((await ciClient(outputs.apiUrl).test('main')).run.state).toBe('passed');
  });

  test(
    'goes on after all of it stood still, as on a laptop that sleeps',
    async () => {
      const names = await containers();
      await outputOf('docker', ['pause', ...names]);
      try {
        await delay(PAUSE_MS);
      } finally {
        await outputOf('docker', ['unpause', ...names]);
      }
      await afterHarm('all stood still', async () => undefined);
      await kept.check();
      expect((await ciClient(outputs.apiUrl).test('main')).run.state).toBe('passed');
    },
    PAUSE_MS + 300_000,
  );
});
