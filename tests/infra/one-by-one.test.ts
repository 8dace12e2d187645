import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitTurn, turnCommand } from '../../infra/one-by-one.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-turn-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command with the marks of a host in a folder of the test. */
function commandWith(whole: string | undefined, settle: string): string[] {
  const wholeFile = join(folder, `whole-${whole}`);
  if (whole !== undefined) writeFileSync(wholeFile, `${whole}\n`);
  const done = join(folder, 'result.json');
  writeFileSync(done, '{}');
  return turnCommand({ wholeFile, settle: ['sh', '-c', settle] }, 3, 30).map((word) =>
    word.replace('/run/cloud-init/result.json', done),
  );
}

const turn = (command: string[], timeout = 20): Promise<void> =>
  awaitTurn({ before: 'kafka-1', host: 'kafka-2', command, timeout });

describe('the turn of a host', () => {
  test('comes when the one before is well again', async () => {
    const proof = join(folder, 'settled');
    await turn(commandWith('3', `test -e ${proof} || { touch ${proof}; exit 127; }`));
  });

  test.each([
    ['never were a whole', undefined],
    ['were a whole of another size', '1'],
  ])('comes at once where the hosts %s', (_, whole) => turn(commandWith(whole, 'exit 1')));

  test('does not come where the one before does not get well, and the reason is told', async () => {
    const command = commandWith('3', 'echo "2 of 3 brokers are there" >&2; exit 1');
    await expect(turn(command)).rejects.toThrow(
      /^Host kafka-2 was left as it is, as kafka-1 is not well .*: 2 of 3 brokers are there\n.*\.\/lab logs kafka-1/,
    );
  });

  test('does not come where the one before says nothing in time', async () => {
    await expect(turn(commandWith('3', 'exec sleep 60'), 1)).rejects.toThrow(/kafka-2 was left as it is/);
  });

  test('waits for a host that is not up yet', async () => {
    await expect(turn(['/no/such/program'], 1)).rejects.toThrow(/ENOENT/);
  });
});
