/** What `./lab doctor STACK` asks of the cloud of a stack, as `up` does before it makes anything. */
import type { CloudTarget } from '../../infra/clouds/target.ts';
import type { LabConfig } from '../../infra/config.ts';
import { describeLab } from '../../infra/lab.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import type { Diagnosis } from './diagnosis.ts';

export type CloudQuestions = {
  paths: LabContext['paths'];
  stack: string;
  /** In the words of `lab:cloud`. */
  cloud: string;
  target: CloudTarget;
  /** @throws Problem */
  readConfig(): LabConfig;
};

/** The settings and the login are looked at side by side; with both, what stands in the way of the lab. Nothing is made. */
export async function diagnoseCloud({ paths, stack, cloud, target, readConfig }: CloudQuestions): Promise<Diagnosis[]> {
  const settings = await diagnose('settings', async () => ({ lab: describeLab(readConfig()), detail: `of ${stack}` }));
  let detail = 'logged in';
  const login = await diagnose(cloud, async () => {
    const step = <T>(_: string, run: (say: (text: string) => void) => Promise<T>): Promise<T> =>
      run((text) => {
        detail = text;
      });
    // Images are made by an engine on this machine, which is no question to the cloud.
    await target.prepare({ ...paths, stack, images: false, step });
    return { detail };
  });
  const diagnoses = [...settings.diagnoses, ...login.diagnoses];
  const { lab } = settings.found ?? {};
  if (lab === undefined || login.found === undefined) return diagnoses;
  const name = `room on ${cloud}`;
  const room = await diagnose(name, async () => ({
    obstacles: await target.findObstacles(lab),
    detail: 'nothing stands in the way of the lab',
  }));
  const obstacles = (room.found?.obstacles ?? []).map((detail) => ({ name, ok: false, detail }));
  return [...diagnoses, ...(obstacles.length > 0 ? obstacles : room.diagnoses)];
}

/** What was found, or the error in words: what is the matter on its first line, what to do on the others. */
async function diagnose<T extends { detail: string }>(
  name: string,
  find: () => Promise<T>,
): Promise<{ found?: T; diagnoses: Diagnosis[] }> {
  try {
    const found = await find();
    return { found, diagnoses: [{ name, ok: true, detail: found.detail }] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [detail = '', ...fix] = error.message.split('\n');
    return { diagnoses: [{ name, ok: false, detail, ...(fix.length > 0 ? { fix: fix.join('\n') } : {}) }] };
  }
}
