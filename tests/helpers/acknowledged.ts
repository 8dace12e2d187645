/** What a lab has acknowledged, one thing of each kind that it keeps: it has to be there whatever happens afterwards. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { ciClient, pushUrlOf } from './ci.ts';
import { createPusher } from './git-pushes.ts';
import { lab, outputOf, waitFor } from './launcher.ts';

const SAMPLE = join(import.meta.dirname, '../../samples/myapp');

export interface Acknowledged {
  /** @throws AssertionError naming what is missing */
  check(): Promise<void>;
}

/** Has the lab take a commit, a run with its log and report, a message of the chat and one of Kafka. */
export async function acknowledge(stack: string, outputs: LabOutputs): Promise<Acknowledged> {
  const ci = ciClient(outputs.apiUrl);
  const name = `kept-${randomUUID().slice(0, 8)}`;
  const messages = `${outputs.apiUrl}/chat/rooms/${name}/messages`;

  const pusher = await createPusher(await pushUrlOf('jobs'));
  const { commit } = await pusher.push(name, SAMPLE);
  await pusher.close();
  const run = await ci.show((await ci.test(name, 'jobs')).run.id);
  expect(run).toMatchObject({ state: 'passed', commit });
  const log = await (await fetch(run.logUrl)).text();
  const said = await fetch(messages, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'ann', text: name }),
  });
  expect(said.status).toBe(201);
  const sent = await lab(['stream', 'produce', '-s', stack, '--', '-topic', 'test_topic', '--message', name]);
  expect(sent, sent.stderr).toMatchObject({ status: 0 });

  return {
    async check() {
      expect(await outputOf('git', ['ls-remote', outputs.gitUrl.replace('myapp', 'jobs'), name])).toContain(commit);
      expect(await ci.show(run.id)).toEqual(run);
      expect(await (await fetch(run.logUrl)).text()).toBe(log);
      expect((await fetch(run.reportUrl ?? '')).status).toBe(200);
      // The room is read anew from Kafka where the web app has begun anew.
      await waitFor('what was said in the room', async () =>
        (await (await fetch(messages)).text()).includes(`"text":"${name}"`) ? true : undefined,
      );
      const group = ['-groupid', randomUUID(), '--idle', '1'];
      const consumed = await lab(['stream', 'consume', '-s', stack, '--', '-topic', 'test_topic', ...group]);
      expect(consumed.stdout).toContain(name);
    },
  };
}
