/** Makes sure that a container engine answers: the one that runs, one that is installed, or one from the distribution. */

import type { Diagnosis } from './diagnosis.ts';
import type { Daemon } from './engine-daemon.ts';
import { startDaemon } from './engine-daemon.ts';
import { installPackages } from './engine-packages.ts';
import type { System } from './engine-system.ts';
import { thisSystem } from './engine-system.ts';
import { labPaths } from './paths.ts';
import { waitUntil } from './wait-until.ts';

export type Engine = {
  /** To be DOCKER_HOST: Pulumi's Docker plugin doesn't read the docker CLI's contexts. */
  host: string;
  version: string;
  source: 'running' | 'started' | 'installed';
};

export type EngineRequest = {
  report: (text: string) => void;
  system?: System;
  /** Starts dockerd where there is no systemd. */
  start?: (daemon: Daemon) => Promise<void>;
};

type Answer = { host: string; version: string } | { host: string; problem: string };

/** What the local cloud needs of Debian or Ubuntu. */
const packages = ['docker.io', 'iptables', 'mmdebstrap', 'openssh-client'];

const answerLimitMs = 15_000;
const startLimitMs = 60_000;

/** Gives an engine that answers; starts or installs one where it may, else fails with what to do. */
export async function ensureEngine(request: EngineRequest): Promise<Engine> {
  const system = request.system ?? thisSystem();
  const { report } = request;
  const found = await findEngine(system);
  if ('version' in found) return { ...found, source: 'running' };
  const advice = cannotBring(system, found);
  if (advice !== undefined) throw new Error(advice);

  const isInstalled = system.hasCommand('dockerd') && system.hasCommand('docker');
  if (!isInstalled) await installPackages(system, packages, report, ['docker-cli']);
  report('Starting the container engine');
  if (system.hasSystemd) await startByService(system);
  else await (request.start ?? startDaemon)({ system, dataDir: labPaths().dataDir, report });
  const answer = await waitUntil(
    async () => {
      const now = await askEngine(system);
      return 'version' in now ? now : undefined;
    },
    { limitMs: startLimitMs, everyMs: 200 },
  );
  if (answer !== undefined) return { ...answer, source: isInstalled ? 'started' : 'installed' };
  throw new Error(
    `The container engine was started but doesn't answer after ${startLimitMs / 1000} s. See \`docker version\` and its log.`,
  );
}

/** Whether an engine answers where the docker CLI looks for it. */
export async function isContainerEngineAnswering(system = thisSystem()): Promise<boolean> {
  return 'version' in (await findEngine(system));
}

/** Says for `doctor` whether an engine answers, or whether `up` can bring one. */
export async function diagnoseEngine(system = thisSystem()): Promise<Diagnosis[]> {
  const name = 'Container engine';
  const found = await findEngine(system);
  if ('version' in found) return [{ name, ok: true, detail: `version ${found.version} answers at ${found.host}` }];
  const fix = cannotBring(system, found);
  if (fix !== undefined) return [{ name, ok: false, detail: `none answers: ${found.problem}`, fix }];
  const will = system.hasCommand('dockerd') && system.hasCommand('docker') ? 'started' : 'installed and started';
  return [{ name, ok: true, detail: `none answers yet; the first \`up\` has it ${will}` }];
}

/** Asks the engine that the docker CLI is set to, then those of a user without root. */
async function findEngine(system: System): Promise<Answer> {
  const first = await askEngine(system);
  if ('version' in first || isChosen(system, first)) return first;
  const runtime = system.env.XDG_RUNTIME_DIR;
  const own = runtime === undefined ? [] : [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`];
  for (const socket of [...own, '/run/podman/podman.sock'].filter(system.socketExists)) {
    const answer = await askEngine(system, `unix://${socket}`);
    if ('version' in answer) return answer;
  }
  return first;
}

async function askEngine(system: System, host?: string): Promise<Answer> {
  const env = host === undefined ? system.env : { ...system.env, DOCKER_HOST: host };
  const limits = { env, timeoutMs: answerLimitMs };
  const context = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const [result, endpoint] = await Promise.all([
    system.run('docker', ['version', '--format', '{{.Server.Version}}'], limits),
    host === undefined ? system.run('docker', context, limits) : undefined,
  ]);
  const set = endpoint?.stdout.trim() ?? '';
  const at = host ?? (set === '' ? 'unix:///var/run/docker.sock' : set);
  if (result.missing) return { host: at, problem: 'the docker command is not installed' };
  if (result.timedOut) return { host: at, problem: `no answer within ${answerLimitMs / 1000} s` };
  const version = result.stdout.trim();
  if (result.status === 0 && version !== '') return { host: at, version };
  return { host: at, problem: result.stderr.trim().split('\n').at(-1) ?? 'no answer' };
}

/** Whether the operator has chosen an engine, so that none other may be brought. */
function isChosen(system: System, answer: Answer): boolean {
  const isDefault = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock'].includes(answer.host);
  return !isDefault && system.hasCommand('docker');
}

/** Why the lab can't bring an engine here, and what the operator does about it; undefined if it can. */
function cannotBring(system: System, answer: { host: string; problem: string }): string | undefined {
  const { problem, host } = answer;
  if (isChosen(system, answer)) {
    return `The container engine at ${host}, which DOCKER_HOST or the docker context chooses, doesn't answer (${problem}). Start it, or unset DOCKER_HOST and run \`docker context use default\`.`;
  }
  if (/permission denied/i.test(problem)) {
    return 'A container engine runs, but you may not use it. Run `sudo usermod -aG docker $USER`, log out and in again, then try again.';
  }
  const isInstalled = system.hasCommand('dockerd') && system.hasCommand('docker');
  if (isInstalled) {
    if (system.isRoot) return undefined;
    const command = system.hasSystemd
      ? 'sudo systemctl start docker'
      : "sudo sh -c 'dockerd >>/var/log/dockerd.log 2>&1 &'";
    return `The container engine is installed but doesn't run, and only root can start it. Run \`${command}\`, then try again.`;
  }
  const list = packages.join(' ');
  if (!system.distribution.some((id) => id === 'debian' || id === 'ubuntu')) {
    return `No container engine is installed, and on this distribution (${system.distribution[0] ?? 'unknown'}) the lab doesn't install one. Install Docker 20.10 or later (https://docs.docker.com/engine/install) or Podman with its docker socket, start it, then try again.`;
  }
  if (!system.isRoot) {
    return `No container engine is installed, and only root can install one. Run \`sudo apt-get install ${list} && sudo usermod -aG docker $USER\`, log out and in again, then try again.`;
  }
  return undefined;
}

async function startByService(system: System): Promise<void> {
  const result = await system.run('systemctl', ['start', 'docker'], { timeoutMs: startLimitMs });
  if (result.status === 0) return;
  const why = result.timedOut ? `no end within ${startLimitMs / 1000} s` : result.stderr.trim();
  throw new Error(
    `\`systemctl start docker\` failed (${why}). \`journalctl -u docker -n 20\` says why; mend that, then try again.`,
  );
}
