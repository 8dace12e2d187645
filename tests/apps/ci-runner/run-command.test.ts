/** A program's end as the runner sees it: exit code, signal, time limit, cancellation. */
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../apps/ci-runner/src/run-command.ts';

const run = async (script: string, { limitMs = 10_000, signal = new AbortController().signal } = {}) => {
  const chunks: Buffer[] = [];
  const onOutput = (chunk: Buffer) => void chunks.push(chunk);
  const ending = await runCommand({ file: 'sh', args: ['-c', script], limitMs, signal, onOutput });
  return { ...ending, output: Buffer.concat(chunks).toString() };
};

describe('runCommand', () => {
  it('hands on both outputs and the exit code', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).toEqual({ exitCode: 3, timedOut: false, output: 'out\nerr\n' });
  });

  it("keeps the runner's environment to itself", async () => {
    process.env.BLOB_KEY = 'secret';
    expect((await run('env')).output).not.toContain('BLOB_KEY');
    delete process.env.BLOB_KEY;
  });

  it('ends at its time limit with 124', async () => {
    expect(await run('exec sleep 60', { limitMs: 100 })).toMatchObject({ exitCode: 124, timedOut: true });
  });

  it('gives a signal as 128 and its number', async () => {
    expect(await run('kill -KILL $$')).toMatchObject({ exitCode: 137, timedOut: false });
  });

  it('throws the reason when it is cancelled', async () => {
    const lost = new AbortController();
    setTimeout(() => lost.abort(new Error('given away')), 100);
    await expect(run('exec sleep 60', { signal: lost.signal })).rejects.toThrow('given away');
  });

  it('says which program is missing', async () => {
    const options = { args: [], limitMs: 1_000, signal: new AbortController().signal, onOutput: () => undefined };
    await expect(runCommand({ file: 'no-such-program', ...options })).rejects.toThrow(
      'no-such-program could not be started',
    );
  });
});
