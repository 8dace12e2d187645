/** `./lab cost` tells what a lab would cost from its files alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../infra/config.ts';
import { stackFile } from '../../tools/launcher/stack-config.ts';
import { costAsJson, formatCost, readCost } from '../../tools/launcher/verbs/cost.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { temporaryFolder, write } from './fake-project.ts';

function project(own?: string): string {
  const folder = temporaryFolder();
  write(join(folder, 'Pulumi.yaml'), readFileSync(join(PROJECT_DIR, 'Pulumi.yaml'), 'utf8'));
  if (own !== undefined) write(stackFile(folder, 'mine'), own);
  return folder;
}

describe('a lab on this machine', () => {
  test('costs nothing but power', async () => {
    const cost = await readCost(project(), 'mine', []);
    expect(formatCost(cost, 'mine')).toBe(
      'Stack mine runs on this machine: it costs nothing but the power that it draws.',
    );
    expect(JSON.parse(costAsJson(cost))).toMatchObject({ perHour: 0, items: [] });
  });
});

describe('a lab on a cloud', () => {
  test('has a price before anyone has said who owns it and from where it is reached', async () => {
    const cost = await readCost(project('config:\n  lab:cloud: azure\n  lab:ttl: 2d\n'), 'mine', []);
    expect(formatCost(cost, 'mine')).toMatch(
      /host web: Standard_B1ms.*\n[\s\S]*Over its life of 2 days: \d+\.\d\d USD\./,
    );
    expect(JSON.parse(costAsJson(cost))).toMatchObject({ currency: 'USD', lifeHours: 48, unpriced: [] });
  });

  test('costs what the command line would make of it, and nothing is kept', async () => {
    const folder = project('config:\n  lab:cloud: azure\n');
    const one = await readCost(folder, 'mine', []);
    const three = await readCost(folder, 'mine', ['lab:ciRunners=3']);
    expect(three?.perHour).toBeGreaterThan(one?.perHour ?? Infinity);
    expect(readFileSync(stackFile(folder, 'mine'), 'utf8')).not.toContain('ciRunners');
  });

  test('is refused in words where it could not be brought up', async () => {
    await expect(readCost(project(), 'mine', ['lab:cloud=azure', 'lab:ciRunners=0'])).rejects.toThrow(ConfigError);
  });
});

test('the docs show what the command does', async () => {
  const docs = readFileSync(join(PROJECT_DIR, 'docs/azure.md'), 'utf8');
  const cost = async (...settings: string[]) => readCost(PROJECT_DIR, 'azure', settings);
  expect(docs).toContain(formatCost(await cost(), 'azure'));
  for (const [row, setting] of [
    ['`lab:container: false`', 'lab:container=false'],
    ['`lab:managedDatabase: true`', 'lab:managedDatabase=true'],
    ['two runners', 'lab:ciRunners=2'],
    ['three brokers', 'lab:kafkaBrokers=3'],
    ['`lab:ciMemory: 1024` (a runner of 4 GiB)', 'lab:ciMemory=1024'],
  ] as const) {
    const { perHour = 0, overLife = 0 } = (await cost(setting)) ?? {};
    expect(docs).toContain(`| ${row} | ${perHour.toFixed(3)} | ${overLife.toFixed(2)} |`);
  }
});
