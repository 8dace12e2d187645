/** What Pulumi's state records of a lab's hosts on the local cloud, and the docker commands that make the same of them. */
import { HOST_LABEL } from '../../infra/naming.ts';

type Labels = readonly { label: string; value: string }[];

export type RecordedNetwork = {
  name: string;
  driver: string;
  ipamConfigs: readonly { subnet: string; gateway: string }[];
  labels: Labels;
};

export type RecordedVolume = { name: string; labels: Labels };

/** A file that a container gets before it starts: its text, or a file of this machine. */
export type Upload = { file: string; permissions?: string } & ({ content: string } | { source: string });

export type RecordedContainer = {
  name: string;
  hostname: string;
  image: string;
  labels: Labels;
  restart: string;
  /** MiB. */
  memory: number;
  memorySwap: number;
  stopSignal: string;
  tty: boolean;
  logDriver: string;
  logOpts: Readonly<Record<string, string>>;
  command: readonly string[];
  envs: readonly string[];
  capabilities: { adds: readonly string[] };
  securityOpts: readonly string[];
  cgroupnsMode: string;
  tmpfs: Readonly<Record<string, string>>;
  networksAdvanced: readonly { name: string; ipv4Address: string; aliases: readonly string[] }[];
  ports: readonly { internal: number; external: number; ip: string; protocol: string }[];
  volumes?: readonly { volumeName: string; containerPath: string }[];
  uploads: readonly Upload[];
};

export type RecordedResources = {
  networks: RecordedNetwork[];
  volumes: RecordedVolume[];
  containers: RecordedContainer[];
};

/** The keys by which Pulumi marks a secret in its state. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/** Reads what `pulumi stack export --show-secrets` prints. */
export function readResources(exported: string): RecordedResources {
  const { deployment } = JSON.parse(exported) as { deployment: { resources?: { type: string; inputs?: unknown }[] } };
  const ofType = <T>(type: string): T[] =>
    (deployment.resources ?? [])
      .filter((resource) => resource.type === type)
      .map(({ inputs }) => revealSecrets(inputs) as T);
  return {
    networks: ofType('docker:index/network:Network'),
    volumes: ofType('docker:index/volume:Volume'),
    containers: ofType<RecordedContainer>('docker:index/container:Container').filter(({ labels }) =>
      labels.some(({ label }) => label === HOST_LABEL),
    ),
  };
}

/** The same value with the plain text of each secret in its place. */
export function revealSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if (SIGNATURE in value && value[SIGNATURE] === SECRET && 'plaintext' in value) {
    return revealSecrets(JSON.parse(String(value.plaintext)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revealSecrets(part)]));
}

export function networkArguments({ name, driver, ipamConfigs, labels }: RecordedNetwork): string[] {
  const ranges = ipamConfigs.flatMap(({ subnet, gateway }) => ['--subnet', subnet, '--gateway', gateway]);
  return ['network', 'create', '--driver', driver, ...ranges, ...labelFlags(labels), name];
}

export function volumeArguments({ name, labels }: RecordedVolume): string[] {
  return ['volume', 'create', ...labelFlags(labels), name];
}

const SECCOMP = 'seccomp=';

/** The filter of system calls of a container: the engine's API takes it as it is, its CLI by a file. */
export function seccompProfile({ securityOpts }: RecordedContainer): string {
  return securityOpts.find((text) => text.startsWith(SECCOMP))?.slice(SECCOMP.length) ?? '{}';
}

/** Makes the container without starting it. */
export function containerArguments(container: RecordedContainer, seccompFile: string): string[] {
  const { networksAdvanced, ports, volumes = [], tmpfs } = container;
  return [
    ...['create', '--name', container.name, '--hostname', container.hostname, '--restart', container.restart],
    ...['--memory', `${container.memory}m`, '--memory-swap', `${container.memorySwap}m`],
    ...['--stop-signal', container.stopSignal, '--cgroupns', container.cgroupnsMode],
    ...(container.tty ? ['--tty'] : []),
    ...['--log-driver', container.logDriver],
    ...Object.entries(container.logOpts).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
    ...labelFlags(container.labels),
    ...container.envs.flatMap((text) => ['--env', text]),
    ...container.capabilities.adds.flatMap((name) => ['--cap-add', name]),
    ...container.securityOpts.flatMap((text) => [
      '--security-opt',
      text.startsWith(SECCOMP) ? `${SECCOMP}${seccompFile}` : text,
    ]),
    ...Object.entries(tmpfs).flatMap(([path, options]) => ['--tmpfs', options === '' ? path : `${path}:${options}`]),
    ...networksAdvanced.flatMap(({ name, ipv4Address, aliases }) => [
      ...['--network', name, '--ip', ipv4Address],
      ...aliases.flatMap((alias) => ['--network-alias', alias]),
    ]),
    ...ports.flatMap(({ internal, external, ip, protocol }) => [
      '--publish',
      `${ip}:${external}:${internal}/${protocol}`,
    ]),
    ...volumes.flatMap(({ volumeName, containerPath }) => ['--volume', `${volumeName}:${containerPath}`]),
    container.image,
    ...container.command,
  ];
}

function labelFlags(labels: Labels): string[] {
  return labels.flatMap(({ label, value }) => ['--label', `${label}=${value}`]);
}
