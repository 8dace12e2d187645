/** A cloud's plugin is there before an update, or it is said what to do. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Problem } from '../../infra/problem.ts';
import { ensurePlugins } from '../../tools/launcher/pulumi-plugins.ts';
import { rememberingReport } from './fake-command.ts';
import { fakeRun, temporaryFolder, write } from './fake-project.ts';

function workWith(answer: Parameters<typeof fakeRun>[0]) {
  const projectDir = temporaryFolder();
  write(join(projectDir, 'package.json'), JSON.stringify({ dependencies: { '@pulumi/azure-native': '3.2.1' } }));
  const { report, told } = rememberingReport();
  return { projectDir, env: { PULUMI_HOME: join(projectDir, 'home') }, report, run: fakeRun(answer), told };
}

test('it is installed in the version of its package, once', async () => {
  const work = workWith({ 'plugin install': {} });
  await ensurePlugins(['azure-native'], work);
  expect(work.run.calls).toEqual(['pulumi plugin install resource azure-native 3.2.1']);
  write(join(work.env.PULUMI_HOME, 'plugins/resource-azure-native-v3.2.1/pulumi-resource-azure-native'), '');
  await ensurePlugins(['azure-native'], work);
  expect(work.run.calls).toHaveLength(1);
  expect(work.told[0]).toContain("Pulumi's plugin azure-native: getting 3.2.1");
});

test('what cannot be had is a problem in words', async () => {
  const work = workWith({ 'plugin install': { status: 1, stderr: 'error: 403 Forbidden' } });
  await expect(ensurePlugins(['azure-native'], work)).rejects.toThrow(Problem);
  await expect(ensurePlugins(['azure-native'], work)).rejects.toThrow(
    "Pulumi's plugin azure-native 3.2.1 can't be had (error: 403 Forbidden).",
  );
});
