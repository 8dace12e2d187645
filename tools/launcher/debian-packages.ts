/** Sees to commands that come with Debian's packages: installs them where it may, else says what to do. */

import { Problem } from '../../infra/problem.ts';
import { installPackages } from './engine-packages.ts';
import { type System, thisSystem } from './engine-system.ts';

/** Package -> a command that comes with it. */
const COMMANDS: Record<string, string> = {
  'default-jre-headless': 'java',
  e2fsprogs: 'mkfs.ext4',
  'mariadb-server': 'mariadb-install-db',
  maven: 'mvn',
  'openssh-client': 'ssh-keygen',
  'qemu-system-x86': 'qemu-system-x86_64',
};

/** Package -> a module of Python that comes with it, where no command does. */
const PYTHON_MODULES: Record<string, string> = {
  'python3-venv': 'ensurepip',
};

/**
 * Makes sure that each package's command, or Python module, is there.
 * @throws Problem where one is missing and this user, or this distribution, cannot install it
 */
export async function installDebianPackages(
  packages: readonly string[],
  report: (text: string) => void,
): Promise<void> {
  const system = thisSystem();
  const missing: string[] = [];
  for (const name of packages) if (!(await isInstalled(name, system))) missing.push(name);
  if (missing.length === 0) return;
  if (!system.isRoot || !system.distribution.includes('debian')) {
    const how = system.distribution.includes('debian')
      ? `As root: apt-get install ${missing.join(' ')}`
      : "Install them with your system's packages";
    throw new Problem(`Missing on this machine: ${missing.join(', ')}. ${how}; then try again.`);
  }
  await installPackages(system, missing, report);
}

async function isInstalled(name: string, system: System): Promise<boolean> {
  const module = PYTHON_MODULES[name];
  if (module === undefined) return system.hasCommand(COMMANDS[name] ?? name);
  return (await system.run('python3', ['-c', `import ${module}`])).status === 0;
}
