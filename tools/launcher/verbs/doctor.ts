/** `./lab doctor`: each thing that a lab needs of this machine, and of its cloud, there or with what to do about it. */
import { readCloudInitFiles } from '../../../infra/cloud-init-files.ts';
import { freeMib } from '../../../infra/clouds/local/obstacles.ts';
import { describeSystemImage } from '../../../infra/clouds/local/system-image.ts';
import { targetOf } from '../../../infra/clouds/targets.ts';
import type { LabConfig } from '../../../infra/config.ts';
import { runCommand } from '../command.ts';
import type { LabContext } from '../context.ts';
import { type CloudQuestions, diagnoseCloud, diagnoseRoom, diagnoseSettings } from '../diagnose-cloud.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { diagnoseEngine } from '../engine.ts';
import { diagnosePulumi } from '../pulumi-toolchain.ts';
import { readStackCloud, readStackConfig } from '../stack-config.ts';

/** What the engine, the image and the caches take when nothing is there yet. */
const ROOM_MIB = 8 * 1024;

export async function diagnose(
  { paths }: LabContext,
  stack: string,
  settings: readonly string[],
): Promise<Diagnosis[]> {
  const readConfig = (chosen: readonly string[] = []): LabConfig =>
    readStackConfig(paths.projectDir, stack, [...settings, ...chosen]);
  const cloud = readStackCloud(paths.projectDir, stack);
  const target = await targetOf(cloud);
  const questions = { paths, stack, cloud, target, readConfig };
  const [hosts, pulumi, tools] = await Promise.all([
    cloud === 'local' ? diagnoseLocal(questions) : diagnoseCloud(questions),
    diagnosePulumi({ paths }),
    Promise.all([diagnoseCommand('ssh', '-V', 'openssh-client'), diagnoseCommand('git', '--version', 'git')]),
  ]);
  return [
    { name: 'Node', ok: true, detail: `${process.version}, from the npm packages` },
    ...pulumi,
    ...tools,
    ...hosts,
  ];
}

/** A line each; what is missing has its fix below. */
export function formatDiagnoses(diagnoses: readonly Diagnosis[]): string {
  return diagnoses
    .map(
      ({ name, ok, detail, fix }) =>
        `  ${ok ? '✓' : '✗'} ${name}: ${detail}${fix === undefined ? '' : `\n${fix.replaceAll(/^ */gm, '      ')}`}`,
    )
    .join('\n');
}

/** What hosts on this machine take. With settings and an engine, also what stands in the way of this lab. */
async function diagnoseLocal(questions: CloudQuestions): Promise<Diagnosis[]> {
  const { paths, stack, readConfig } = questions;
  const { projectDir, cacheDir } = paths;
  const [settings, engine, image] = await Promise.all([
    diagnoseSettings(stack, readConfig),
    diagnoseEngine(),
    diagnoseImage(projectDir),
  ]);
  const diagnoses = [...settings.diagnoses, ...engine, image, diagnoseDisk(cacheDir, image.ok)];
  const { lab } = settings.found ?? {};
  if (lab === undefined || engine.some(({ ok }) => !ok)) return diagnoses;
  return [...diagnoses, ...(await diagnoseRoom(lab, questions))];
}

async function diagnoseCommand(command: string, versionFlag: string, debianPackage: string): Promise<Diagnosis> {
  const { missing, stdout, stderr } = await runCommand(command, [versionFlag], { timeoutMs: 10_000 });
  if (missing) return { name: command, ok: false, detail: 'not installed', fix: `apt-get install ${debianPackage}` };
  return { name: command, ok: true, detail: (stdout.trim() === '' ? stderr : stdout).trim().split('\n')[0] ?? '' };
}

async function diagnoseImage(projectDir: string): Promise<Diagnosis> {
  const name = 'image of the hosts';
  const { tag } = describeSystemImage(projectDir, readCloudInitFiles(projectDir));
  const { status } = await runCommand('docker', ['image', 'inspect', '--format', '{{.Id}}', tag], {
    timeoutMs: 10_000,
  });
  return {
    name,
    ok: true,
    detail: status === 0 ? `${tag}, ready` : `${tag}, to be built by the first \`up\` (some minutes)`,
  };
}

function diagnoseDisk(folder: string, imageBuilt: boolean): Diagnosis {
  const free = freeMib(folder) ?? 0;
  const needed = imageBuilt ? ROOM_MIB / 4 : ROOM_MIB;
  const detail = `${Math.floor(free / 1024)} GiB free on ${folder}`;
  return free >= needed
    ? { name: 'disk', ok: true, detail }
    : {
        name: 'disk',
        ok: false,
        detail,
        fix: `Free ${Math.ceil((needed - free) / 1024)} GiB; docker system df shows what the engine keeps.`,
      };
}
