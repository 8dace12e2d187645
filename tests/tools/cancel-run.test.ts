/** A run is cancelled by the web app's own host, and whatever the app says is said here. */
import { describe, expect, test, vi } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import { cancelRun } from '../../tools/launcher/verbs/cancel-run.ts';
import { fakeCommand } from './fake-command.ts';

const reach = { ssh: { web: 'ssh web' }, hosts: { web: { roles: ['web'] } } } as unknown as LabOutputs;
const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

/** On a machine whose `ssh` is this script. */
async function cancel(script: string, run: string): Promise<string> {
  vi.stubEnv('PATH', fakeCommand('ssh', script).PATH);
  return cancelRun(reach, run).finally(() => void vi.unstubAllEnvs());
}

describe('a run to cancel', () => {
  test.each([ID, ID.toUpperCase(), `http://localhost:24000/ci/${ID}`, `http://localhost:24000/ci/${ID}?step=test#l4`])(
    'is named by its id or its page: %s',
    async (run) => {
      const script = `case "$*" in *operator.sock*-X\\ POST\\ http://web/ci/${ID}/cancel) echo '{"status":"ok","text":"gone"}' ;; esac`;
      expect(await cancel(script, run)).toBe('gone');
    },
  );

  test.each(['', 'main', 'http://localhost:24000/ci', `${ID};reboot`, `$(reboot)`])(
    'is nothing else, and nobody is asked: %j',
    async (run) => {
      await expect(cancel('echo \'{"status":"ok","text":"asked"}\'', run)).rejects.toThrow(/is no run/);
    },
  );

  test.each([
    [`echo '{"status":"error","text":"The run is over."}'`, 'The run is over.'],
    ['exit 7', 'The web app did not answer (curl ended with 7). See: ./lab status'],
    [
      'echo "ssh: connect to host web port 22: No route to host" >&2; exit 255',
      'The web app did not answer (ssh: connect to host web port 22: No route to host). See: ./lab status',
    ],
  ])('that cannot be cancelled is a problem in words', async (script, words) => {
    await expect(cancel(script, ID)).rejects.toThrow(new Problem(words));
  });
});
