/** Builds the command line that runs one step of a job behind a fence: bubblewrap's namespaces, and resource limits. */

/** The job's own folder, as the step sees it. */
export const JOB_DIR = '/job';
/** The installer's cache, as the install step sees it. */
export const CACHE_DIR = '/cache';
/** The installer, as every step sees it. */
export const INSTALLER = '/tools/uv';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const GIB = 1024 ** 3;

export interface SandboxLimits {
  /** Processes and threads of the runner's user. */
  processes: number;
  /** Largest file that a step can write, in bytes. */
  fileBytes: number;
  /** Address space of one process, in bytes. */
  memoryBytes: number;
  /** Size of /tmp, in bytes. */
  tmpBytes: number;
}

/** Enough for a student's package with its tests, and too little to take the host with it. */
export const DEFAULT_LIMITS: SandboxLimits = {
  processes: 512,
  fileBytes: 1 * GIB,
  memoryBytes: 4 * GIB,
  tmpBytes: 1 * GIB,
};

export interface SandboxStep {
  /** Program and arguments, as paths inside the sandbox. */
  command: readonly string[];
  /** Working folder inside the sandbox. */
  directory: string;
  /** The host's network, or none at all. */
  network: boolean;
  /** Folder of the job on the host: the only one it may write to, but for /tmp and the cache. */
  workspace: string;
  /** Folder of the cache on the host; absent where the step has no business with it. */
  cache?: string;
  /** The installer's program on the host. */
  installer: string;
  /** The real file behind the host's /etc/resolv.conf. */
  resolvConf: string;
  environment?: Readonly<Record<string, string>>;
  limits?: SandboxLimits;
}

const BASE_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: `${JOB_DIR}/venv/bin:/usr/local/bin:/usr/bin:/bin`,
  HOME: `${JOB_DIR}/home`,
  USER: 'student',
  LOGNAME: 'student',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  // Where a network's own authority signs, it is in the system's bundle and not in the tools' own.
  SSL_CERT_FILE: CERTIFICATES,
  PIP_CERT: CERTIFICATES,
  REQUESTS_CA_BUNDLE: CERTIFICATES,
};

/** Read-only parts of /etc that programs need; none of them says a secret. */
const ETC = ['/etc/alternatives', '/etc/hosts', '/etc/ld.so.cache', '/etc/nsswitch.conf', '/etc/ssl/certs'];

/** The program and its arguments for one step. Pure: it looks at nothing on the host. */
export function sandboxCommand(step: SandboxStep): { file: string; args: string[] } {
  const limits = step.limits ?? DEFAULT_LIMITS;
  const environment = { ...BASE_ENVIRONMENT, ...step.environment };
  return {
    file: 'prlimit',
    args: [
      '--core=0',
      `--nproc=${limits.processes}`,
      `--fsize=${limits.fileBytes}`,
      `--as=${limits.memoryBytes}`,
      '--nofile=1024',
      'bwrap',
      '--unshare-all',
      ...(step.network ? ['--share-net'] : []),
      // A process in here can't make namespaces of its own: much of the kernel is out of its reach.
      ...['--unshare-user', '--disable-userns'],
      ...['--uid', '1000', '--gid', '1000', '--hostname', 'sandbox'],
      ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
      ...['--ro-bind', '/usr', '/usr'],
      ...['--symlink', 'usr/bin', '/bin', '--symlink', 'usr/sbin', '/sbin'],
      ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
      ...ETC.flatMap((path) => ['--ro-bind-try', path, path]),
      ...(step.network ? ['--ro-bind-try', step.resolvConf, '/etc/resolv.conf'] : []),
      ...['--proc', '/proc', '--dev', '/dev', '--size', String(limits.tmpBytes), '--tmpfs', '/tmp'],
      ...['--ro-bind', step.installer, INSTALLER],
      ...(step.cache === undefined ? [] : ['--bind', step.cache, CACHE_DIR]),
      ...['--bind', step.workspace, JOB_DIR, '--chdir', step.directory],
      ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
      '--',
      ...step.command,
    ],
  };
}
