/** The commands of the launcher that look after credits, run as a clock or a person runs them, with a stand-in for Azure. */
import { describe, expect, test } from 'vitest';
import { type Run, run } from '../../helpers/launcher.ts';
import { temporaryFolder } from '../../tools/fake-project.ts';
import { type Answer, failure, startArm } from './arm-stand-in.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const SUBSCRIPTION = `/subscriptions/${ID}`;
const GROUP = {
  id: `${SUBSCRIPTION}/resourcegroups/lab-old`,
  name: 'lab-old',
  tags: {
    'cloud-lab.project': 'cloud-lab',
    'cloud-lab.stack': 'old',
    'cloud-lab.expires': '2026-01-01T00:00:00Z',
  },
};
const LIST = { body: { value: [GROUP] } };
const NONE = { body: { value: [] } };

/** `./lab` of a user who has nothing yet. */
function lab(args: string[], env: Record<string, string> = {}): Promise<Run> {
  const home = temporaryFolder();
  const folders = { HOME: home, XDG_CACHE_HOME: `${home}/cache`, XDG_DATA_HOME: `${home}/data` };
  return run(process.execPath, ['tools/launcher/main.ts', ...args], { env: { ...folders, ...env }, timeoutMs: 30_000 });
}

async function labOn(answers: (url: string) => Record<string, Answer | Answer[]>, args: string[]) {
  const arm = await startArm(answers);
  return { arm, ...(await lab(args, { LAB_AZURE_ENDPOINT: arm.url, ARM_SUBSCRIPTION_ID: ID })) };
}

describe('./lab expire', () => {
  test('gives back a lab that only Azure knows of, with one line, and says so only when it is gone', async () => {
    const { arm, status, stdout, stderr } = await labOn(
      (url) => ({
        [`GET ${SUBSCRIPTION}`]: { body: { displayName: 'Students', state: 'Enabled' } },
        [`GET ${SUBSCRIPTION}/resourcegroups`]: [LIST, LIST, NONE],
        [`GET ${GROUP.id}/resources`]: NONE,
        [`DELETE ${GROUP.id}`]: { status: 202, headers: { location: `${url}/operation`, 'retry-after': '0' } },
        'GET /operation': { status: 200 },
      }),
      ['expire'],
    );
    expect(stdout).toBe('old: its time was over at 2026-01-01T00:00:00.000Z; destroyed, 0 left\n');
    expect(stderr).toContain('resource group lab-old: Azure is deleting it');
    expect(status).toBe(0);
    expect(arm.asked.filter((line) => line.startsWith('DELETE'))).toHaveLength(1);
  });

  test('fails while something is left', async () => {
    const { status, stdout } = await labOn(
      () => ({
        [`GET ${SUBSCRIPTION}`]: { body: { displayName: 'Students', state: 'Enabled' } },
        [`GET ${SUBSCRIPTION}/resourcegroups`]: LIST,
        [`GET ${GROUP.id}/resources`]: NONE,
        [`DELETE ${GROUP.id}`]: failure(403, 'AuthorizationFailed', 'no right'),
      }),
      ['expire', '--json'],
    );
    expect(JSON.parse(stdout)).toMatchObject({ labs: [{ stack: 'old', outcome: 'failed', detail: '1 left' }] });
    expect(status).toBe(1);
  });

  test('touches nothing in a dry run', async () => {
    const { arm, status, stdout } = await labOn(
      () => ({ [`GET ${SUBSCRIPTION}/resourcegroups`]: LIST }),
      ['expire', '--dry-run'],
    );
    expect(stdout).toBe('old: its time was over at 2026-01-01T00:00:00.000Z; it would be destroyed now\n');
    expect(status).toBe(0);
    expect(arm.asked).toHaveLength(1);
  });
});

describe('./lab cost', () => {
  test('needs no login and no tool', async () => {
    const { status, stdout } = await lab(['cost', 'azure', '--json', '-c', 'lab:cloud=azure'], { PATH: '/nowhere' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ currency: 'USD', unpriced: [] });
  });
});
