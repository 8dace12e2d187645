/** Boots every host of a lab on a cloud, and waits until each one is ready. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from './artifacts.ts';
import { type CloudInitFiles, renderUserData } from './cloud-init.ts';
import { readCloudInitFiles } from './cloud-init-files.ts';
import type { Cloud, HostLogin, Machine } from './clouds/cloud.ts';
import type { LabCredentials } from './credentials/resource.ts';
import { speakPlainly } from './errors.ts';
import type { Inventory } from './inventory.ts';
import { type Host, hostsOf, type Lab } from './lab.ts';
import { awaitTurn, turnCommand } from './one-by-one.ts';
import type { Operator } from './operator.ts';
import { formatStage, gatherFailures, waitUntilReady, watchCommand } from './ready.ts';
import { describeSecretFiles } from './secrets.ts';
import { describeVariables, type HostFiles } from './variables.ts';

export type BootOptions = {
  lab: Lab;
  cloud: Cloud;
  credentials: LabCredentials;
  artifacts: ReadonlyMap<string, Artifact>;
  operator: Operator;
  projectDir: string;
};

/** @returns an output that is known when every service of every host answers; it fails where one does not */
export function bootHosts(options: BootOptions): pulumi.Output<unknown> {
  const { lab, projectDir } = options;
  const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string };
  const texts = { files: readCloudInitFiles(projectDir), version };
  const machines = new Map<string, Machine>();
  for (const host of lab.hosts) {
    machines.set(host.name, bootHost(host, texts, options, turnOf(host, options, machines)));
  }
  const together = gatherFailures();
  return pulumi.all([...machines.values()].map((machine) => awaitReady(machine, options, together)));
}

function bootHost(
  host: Host,
  { files, version }: { files: CloudInitFiles; version: string },
  { lab, cloud, credentials, artifacts, operator }: BootOptions,
  turn: Promise<void>,
): Machine {
  const own = artifactsOf(host, artifacts);
  const render = (inventory: Inventory, fetched: HostFiles): Promise<string> =>
    speakPlainly(async () =>
      renderUserData(host, {
        files,
        variables: describeVariables(host, {
          lab,
          inventory,
          files: fetched,
          sshPublicKey: operator.sshPublicKey,
          version,
        }),
        softwareInImage: lab.traits.softwareInImage,
        shutsDown: lab.traits.shutdown === 'machine' && lab.config.shutdownAt !== undefined,
        delivered: fetched.sshHostKey !== undefined,
        authorities: operator.authorities,
      }),
    );
  const secretFiles = pulumi
    .all([credentials.secrets, cloud.inventory])
    .apply(([secrets, { services }]) => describeSecretFiles(host, secrets, services));
  const offer = { artifacts: own, secretFiles, version: versionOf(own, secretFiles, cloud, render) };
  const userData = pulumi
    .all([cloud.inventory, cloud.offerFiles(host, offer), turn])
    .apply(([inventory, fetched]) => render(inventory, fetched));
  return cloud.boot(host, {
    ...offer,
    userData,
    sshPublicKey: operator.sshPublicKey,
    login: loginOf({ operator, credentials }),
  });
}

/** A hash of all that a host boots from but the addresses that are made for this one boot. It says nothing of the secrets in it. */
function versionOf(
  artifacts: readonly Artifact[],
  secretFiles: pulumi.Output<Record<string, string>>,
  cloud: Cloud,
  render: (inventory: Inventory, fetched: HostFiles) => Promise<string>,
): pulumi.Output<string> {
  const nowhere = { artifacts: artifacts.map(({ name, sha256 }) => ({ name, sha256, url: '' })) };
  const version = pulumi.all([cloud.inventory, secretFiles]).apply(async ([inventory, secrets]) =>
    createHash('sha256')
      .update(await render(inventory, nowhere))
      .update(JSON.stringify(secrets))
      .digest('hex'),
  );
  return pulumi.unsecret(version);
}

/**
 * When a host may be taken away: at once, or after another one of its kind is well again. A promise and no output, as a
 * dependency would have both go at once.
 */
function turnOf(
  host: Host,
  { lab, cloud, ...options }: BootOptions,
  machines: ReadonlyMap<string, Machine>,
): Promise<void> {
  const role = host.roles.find(({ oneByOne }) => oneByOne !== undefined);
  const peers = role === undefined ? [] : hostsOf(lab, role.name);
  const before = peers[peers.indexOf(host) - 1];
  const machine = before === undefined ? undefined : machines.get(before.name);
  if (role?.oneByOne === undefined || before === undefined || machine === undefined || pulumi.runtime.isDryRun()) {
    return Promise.resolve();
  }
  const timeout = lab.config.readyTimeout;
  const command = cloud.commandOn(before, turnCommand(role.oneByOne, peers.length, timeout), loginOf(options));
  return new Promise((resolve, reject) => {
    pulumi.all([machine.id, command]).apply(([, argv]) => {
      const turn = awaitTurn({ before: before.name, host: host.name, command: argv, timeout });
      speakPlainly(() => turn).then(resolve, reject);
    });
  });
}

/** Each host is watched from the moment that it is there, whatever the others do. */
function awaitReady(
  { host, resource, id }: Machine,
  { lab, cloud, ...options }: BootOptions,
  together: ReturnType<typeof gatherFailures>,
): pulumi.Output<void> {
  const timeout = lab.config.readyTimeout;
  const command = cloud.commandOn(host, watchCommand(timeout), loginOf(options));
  return pulumi.all([id, command]).apply(async ([, argv]) => {
    if (pulumi.runtime.isDryRun()) return;
    const begun = Date.now();
    const onStage = (stage: string): void => {
      void pulumi.log.info(formatStage(host.name, stage, (Date.now() - begun) / 1000), resource, undefined, true);
    };
    const explain = async (): Promise<string | undefined> => cloud.explainFailure?.(host.name);
    await speakPlainly(() =>
      together(() => waitUntilReady({ host: host.name, stack: lab.stack, command: argv, timeout, onStage, explain })),
    );
  });
}

function loginOf({ operator, credentials }: Pick<BootOptions, 'operator' | 'credentials'>): HostLogin {
  return { keyFile: operator.ssh.keyFile, hostKeys: credentials.sshHostPublicKeys };
}

function artifactsOf(host: Host, artifacts: ReadonlyMap<string, Artifact>): Artifact[] {
  return host.artifacts.map((name) => {
    const artifact = artifacts.get(name);
    if (artifact === undefined) throw new Error(`the artifact ${name} of host ${host.name} was not packed`);
    return artifact;
  });
}
