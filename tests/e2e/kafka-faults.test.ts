/** What Kafka has acknowledged is there, whatever happens to brokers: with one broker, and with three (`./lab test --faults`). */
import { describe, expect, inject, test } from 'vitest';
import { accountForLoad, awaitWholeCluster, killService } from '../helpers/faults.ts';
import { lab, onHost, runOn, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const everything = process.env.LAB_E2E_FAULTS === 'all';
const brokers = Object.keys(outputs.hosts).filter((name) => name.startsWith('kafka-'));

describe(`a load on ${brokers.length === 1 ? 'one broker' : `${brokers.length} brokers`}`, () => {
  test('loses nothing when each broker is killed in the middle of it', async () => {
    // Long enough for every broker to be killed while messages come.
    const count = 100_000 * brokers.length;
    await accountForLoad({ stack, count, rate: 12_000 }, async () => {
      for (const broker of brokers) {
        await killService(stack, broker, 'kafka.service');
        await awaitWholeCluster(stack);
      }
    });
  });

  test.skipIf(brokers.length === 1)('loses nothing when the brokers are replaced (tried with three)', async () => {
    const settings = ['-c', 'lab:kafkaRetentionHours=100'];
    await accountForLoad({ stack, count: 200_000, rate: 4_000 }, async () => {
      const up = await lab(['up', stack, ...settings]);
      expect(up, up.stderr).toMatchObject({ status: 0 });
      // One at a time: the next is taken away when the one before is back, and has every copy again (its turn waits for that).
      const events = up.stderr.match(/kafka-\d: container (removed|created anew)/g) ?? [];
      expect(events).toEqual(
        brokers.flatMap((name) => [`${name}: container removed`, `${name}: container created anew`]),
      );
    });
  });
});

describe.skipIf(brokers.length > 1 || !everything)(
  'a broker whose disk is full (tried by --faults, with one broker)',
  () => {
    test('acknowledges nothing that it cannot keep, says so, and goes on when there is room', async () => {
      const kafka = (script: string): Promise<string> => onHost(stack, 'kafka-1', 'sh', '-c', script);
      // A small disk in place of the volume, with a broker that begins anew on it.
      await kafka(`systemctl stop kafka-setup kafka && mount -t tmpfs -o size=160m tmpfs /data &&
      install -d -o kafka -g kafka -m 0750 /data/kafka && systemctl start kafka && systemctl start kafka-setup`);
      try {
        const produced = await lab(
          [
            'stream',
            'produce',
            '-s',
            stack,
            '--',
            '--topic',
            'test_topic',
            '--count',
            '3000000',
            '--size',
            '100',
            '--timeout',
            '15',
            '--json',
          ],
          { timeoutMs: 180_000 },
        );
        expect(produced.status).toBe(1);
        const sent = JSON.parse(produced.stdout) as { run: string; acknowledged: number };
        expect(sent.acknowledged).toBeGreaterThan(100_000);
        const status = await lab(['status', stack]);
        expect(status.status).toBe(1);
        expect(status.stdout).toMatch(/✗ kafka-1 +disk +is full: \/data has \d+ of 160 MiB free/);

        await kafka('mount -o remount,size=320m /data');
        await waitFor('the broker again', async () =>
          (await runOn(stack, 'kafka-1', '/usr/local/lib/lab/kafka-tool', 'await-cluster', '5')).status === 0
            ? true
            : undefined,
        );
        const read = await lab([
          'stream',
          'consume',
          '-s',
          stack,
          '--',
          '--topic',
          'test_topic',
          '--group',
          `full-${sent.run}`,
          '--verify',
          '--json',
          '--run',
          sent.run,
          '--idle',
          '3',
        ]);
        const account = JSON.parse(read.stdout) as { messages: number; missing: number; outOfOrder: number };
        process.stdout.write(`${JSON.stringify({ sent, account })}\n`);
        expect(account.messages).toBeGreaterThanOrEqual(sent.acknowledged);
        expect(account).toMatchObject({ missing: 0, outOfOrder: 0 });
      } finally {
        await kafka(
          'systemctl stop kafka-setup kafka; umount /data; systemctl start kafka && systemctl start kafka-setup',
        );
      }
    });
  },
);
