/** What `./lab doctor STACK` asks of the cloud of a stack, as `up` does before it makes anything. */
import type { CloudTarget } from '../../infra/clouds/target.ts';
import type { LabConfig } from '../../infra/config.ts';
import { describeLab, type Lab } from '../../infra/lab.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import type { Diagnosis } from './diagnosis.ts';

export type CloudQuestions = {
  paths: LabContext['paths'];
  stack: string;
  /** In the words of `lab:cloud`. */
  cloud: string;
  target: CloudTarget;
  /**
   * @param chosen settings, `lab:key=value`, that go before those of the stack
   * @throws Problem
   */
  readConfig(chosen?: readonly string[]): LabConfig;
};

/** The settings and the login are looked at side by side; with both, what stands in the way of the lab. Nothing is made. */
export async function diagnoseCloud(questions: CloudQuestions): Promise<Diagnosis[]> {
  const { paths, stack, cloud, target, readConfig } = questions;
  const settings = await diagnoseSettings(stack, readConfig);
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
  return [...diagnoses, ...(await diagnoseRoom(lab, questions))];
}

/** Diagnoses the settings of a stack. @returns also the lab that they describe */
export function diagnoseSettings(
  stack: string,
  readConfig: CloudQuestions['readConfig'],
): Promise<Found<{ lab: Lab }>> {
  return diagnose('settings', async () => ({ lab: describeLab(readConfig()), detail: `of ${stack}` }));
}

/** Diagnoses what stands in the way of a lab on its cloud, with the settings that `up` would choose for it. */
export async function diagnoseRoom(lab: Lab, { cloud, target, readConfig }: CloudQuestions): Promise<Diagnosis[]> {
  const name = `room on ${cloud}`;
  const room = await diagnose(name, async () => {
    const chosen = (await target.chooseSettings?.(lab)) ?? [];
    const obstacles = await target.findObstacles(chosen.length === 0 ? lab : describeLab(readConfig(chosen)));
    return { obstacles, detail: 'nothing stands in the way of the lab' };
  });
  const obstacles = (room.found?.obstacles ?? []).map((text) => describeFailure(name, text));
  return obstacles.length > 0 ? obstacles : room.diagnoses;
}

type Found<T> = { found?: T & { detail: string }; diagnoses: Diagnosis[] };

/** What was found, or the error in words. */
async function diagnose<T>(name: string, find: () => Promise<T & { detail: string }>): Promise<Found<T>> {
  try {
    const found = await find();
    return { found, diagnoses: [{ name, ok: true, detail: found.detail }] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { diagnoses: [describeFailure(name, error.message)] };
  }
}

/** What is the matter is on the first line of a message, what to do on the others. */
function describeFailure(name: string, message: string): Diagnosis {
  const [detail = '', ...fix] = message.split('\n');
  return { name, ok: false, detail, ...(fix.length > 0 ? { fix: fix.join('\n') } : {}) };
}
