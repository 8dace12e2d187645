/** Two labs whose names choose the same ports: the later one is given others, the earlier one stays where it is. */
import { afterEach, expect, test, vi } from 'vitest';
import { labPortBase } from '../../../infra/clouds/local/addresses.ts';
import { chooseLocalSettings } from '../../../infra/clouds/local/obstacles.ts';
import { configWith, labWith } from '../../helpers/lab.ts';
import { fakeCommand, printing } from '../../tools/fake-command.ts';

const lab = labWith({}, 'alice');
const own = labPortBase(configWith({}, 'alice'));
const next = own === 32_000 ? 24_100 : own + 100;

/** `docker ps` as it answers where these containers run, each as `name|stack|ports`. */
function running(...containers: string[]): void {
  vi.stubEnv('PATH', fakeCommand('docker', printing(containers)).PATH);
}

afterEach(() => vi.unstubAllEnvs());

test('a lab whose ports nobody has keeps those of its name', async () => {
  running('lab-bob-web|bob|127.0.0.1:24010->443/tcp', 'registry||');
  expect(await chooseLocalSettings(lab)).toEqual([]);
});

test.each([
  ['one port', `lab-bob-web|bob|127.0.0.1:${own + 10}->443/tcp`],
  ['one of several', `lab-bob-web|bob|127.0.0.1:24010->443/tcp, 127.0.0.1:${own + 40}->22/tcp`],
  ['ports in a row, which the engine shortens', `registry||0.0.0.0:${own - 2}-${own + 1}->80-83/tcp, 5000/tcp`],
])('a lab that another container has a port of goes to the next free hundred: %s', async (_, container) => {
  running(container);
  expect(await chooseLocalSettings(lab)).toEqual([`lab:portBase=${next}`]);
});

test('a lab that is there stays where it is, whoever has come near it', async () => {
  running(`lab-alice-web|alice|127.0.0.1:${own + 10}->443/tcp`, `registry||0.0.0.0:${own + 77}->5000/tcp`);
  expect(await chooseLocalSettings(lab)).toEqual([]);
});
