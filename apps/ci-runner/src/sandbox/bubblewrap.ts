/** Builds the command line that runs one step of a job behind a fence of namespaces. What the job may use up, its unit limits. */
import { CACHE_DIR, JOB_DIR, type StepRequest, TOOLS_DIR } from './step.ts';

/** Where a job's parts lie outside of its sandbox, all on a file system of its own but for the caches and the tools. */
export interface SandboxPaths {
  /** Becomes JOB_DIR: the only folder that lasts from step to step. */
  workspace: string;
  /** Files that take the place of those in /etc: passwd, group, hosts. */
  etc: string;
  /** The packages that jobs share. */
  cache: string;
  /** The runner's own programs. */
  tools: string;
}

/** Where the proxy is reached in a sandbox whose step has a network. */
export const PROXY_PORT = 3128;

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';

/** What differs by whose command it is: a home folder that the project can write to holds settings of many programs. */
const OWN_ENVIRONMENT: Readonly<Record<StepRequest['programs'], Readonly<Record<string, string>>>> = {
  lab: { PATH: SYSTEM_PATH, HOME: '/nonexistent' },
  project: { PATH: `${JOB_DIR}/venv/bin:${JOB_DIR}/src/node_modules/.bin:${SYSTEM_PATH}`, HOME: `${JOB_DIR}/home` },
};

const BASE_ENVIRONMENT: Readonly<Record<string, string>> = {
  USER: 'student',
  LOGNAME: 'student',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  CI: 'true',
  // Where a network's own authority signs, it is in the system's bundle and not in the tools' own.
  SSL_CERT_FILE: CERTIFICATES,
  PIP_CERT: CERTIFICATES,
  REQUESTS_CA_BUNDLE: CERTIFICATES,
  NODE_EXTRA_CA_CERTS: CERTIFICATES,
};

const PROXY = `http://127.0.0.1:${PROXY_PORT}`;
const PROXY_ENVIRONMENT: Readonly<Record<string, string>> = {
  http_proxy: PROXY,
  https_proxy: PROXY,
  HTTP_PROXY: PROXY,
  HTTPS_PROXY: PROXY,
  no_proxy: 'localhost,127.0.0.1,::1',
};

/** Read-only parts of /etc that programs need; none of them says anything of this host. */
const ETC = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/nsswitch.conf', '/etc/ssl/certs'];

/**
 * The program and its arguments for one step. Pure: it looks at nothing on the host.
 *
 * The network is that of the unit that this runs in, which has a loopback interface and nothing else.
 */
export function sandboxCommand(
  { argv, programs, directory, network, cache, environment }: StepRequest,
  paths: SandboxPaths,
): { file: string; args: string[] } {
  if (programs === 'lab' && !argv[0]?.startsWith('/')) {
    throw new Error(`${argv[0]} is a program of the lab and needs its full path.`);
  }
  const variables = {
    ...OWN_ENVIRONMENT[programs],
    ...BASE_ENVIRONMENT,
    ...(network === 'none' ? {} : PROXY_ENVIRONMENT),
    ...environment,
  };
  return {
    // Where memory runs out, the job goes before what looks after it.
    file: '/usr/bin/choom',
    args: [
      ...['--adjust', '1000', '--', '/usr/bin/bwrap'],
      ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup'],
      // A process in here can't make namespaces of its own: much of the kernel is out of its reach.
      '--disable-userns',
      ...['--uid', '1000', '--gid', '1000', '--hostname', 'sandbox'],
      ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
      ...['--ro-bind', '/usr', '/usr'],
      ...['--symlink', 'usr/bin', '/bin', '--symlink', 'usr/sbin', '/sbin'],
      ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
      ...ETC.flatMap((path) => ['--ro-bind-try', path, path]),
      ...['passwd', 'group', 'hosts'].flatMap((name) => ['--ro-bind', `${paths.etc}/${name}`, `/etc/${name}`]),
      ...['--proc', '/proc', '--dev', '/dev'],
      ...['--bind', `${paths.workspace}/tmp`, '/tmp', '--ro-bind', paths.tools, TOOLS_DIR],
      ...(cache === 'none' ? [] : ['--ro-bind', paths.cache, CACHE_DIR]),
      ...['--bind', paths.workspace, JOB_DIR, '--remount-ro', '/', '--chdir', directory],
      ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
      '--',
      ...argv,
    ],
  };
}
