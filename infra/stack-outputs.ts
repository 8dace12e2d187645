/** The outputs as Pulumi has them: known when the lab is ready, the secret ones marked as secrets. */
import * as pulumi from '@pulumi/pulumi';
import { awaitAnswer } from './await-answer.ts';
import type { Cloud } from './clouds/cloud.ts';
import type { LabCredentials } from './credentials/resource.ts';
import { speakPlainly } from './errors.ts';
import { tryKafkaAddresses } from './kafka-addresses.ts';
import { hostsOf, type Lab } from './lab.ts';
import type { Operator } from './operator.ts';
import { describeOutputs, gitPushUrl, HOST_ADDRESSES_TYPE, type LabReach } from './outputs.ts';
import { listPublished } from './published-services.ts';
import type { ServiceUrls } from './run-services.ts';
import { publicUrls } from './urls.ts';

export type StackOutputSources = {
  lab: Lab;
  cloud: Cloud;
  credentials: LabCredentials;
  operator: Operator;
  /** Known when every host is ready: no address is given out before. */
  ready: pulumi.Output<unknown>;
  services: ServiceUrls;
  /** When the lab may be destroyed, where it does not live for ever. */
  expires: pulumi.Output<string> | undefined;
};

export async function describeStackOutputs({
  lab,
  cloud,
  credentials,
  operator,
  ready: booted,
  services,
  expires,
}: StackOutputSources): Promise<Record<string, pulumi.Output<unknown>>> {
  const ready = tryAddresses(lab, cloud, credentials, booted);
  const described = pulumi
    .all([cloud.inventory, credentials.caCertificate, credentials.sshHostPublicKeys])
    .apply(([inventory, caCertificate, sshHostPublicKeys]) =>
      describeOutputs({ lab, inventory, caCertificate, sshHostPublicKeys, ssh: operator.ssh }),
    );
  new HostAddresses(described);
  const plain = pulumi.all([described, ready]).apply(([outputs]) => outputs);
  const keys = [
    'webUrl',
    'apiUrl',
    'ciUrl',
    'ciWebhookUrl',
    'coverageUrl',
    'chatUrl',
    'streamUrl',
    'kafkaBootstrap',
    'kafkaUsername',
    'blobUrl',
    'gitUrl',
    'caCertificate',
    'ssh',
    'hosts',
  ] as const;
  const ownTls = lab.traits.publicNames ? [] : (['webUrlTls'] as const);
  const plaintext = lab.config.kafkaPlaintextFrom === undefined ? [] : (['kafkaPlaintext'] as const);
  const onHost = (['container', 'function'] as const).flatMap((role) =>
    hostsOf(lab, role).length === 0 ? [] : [`${role}Url` as const],
  );
  return {
    ...Object.fromEntries(
      [...keys, ...ownTls, ...plaintext, ...onHost].map((key) => [key, plain.apply((outputs) => outputs[key])]),
    ),
    ...services,
    ...(expires === undefined ? {} : { expiresAt: expires }),
    kafkaPassword: pulumi.all([credentials.secrets, ready]).apply(([secrets]) => secrets.kafkaPasswords.student),
    ciWebhookSecret: pulumi.all([credentials.secrets, ready]).apply(([secrets]) => secrets.webhookSecret),
    gitPushUrl: pulumi
      .all([cloud.inventory, credentials.secrets, ready])
      .apply(([inventory, secrets]) => gitPushUrl(lab, inventory, secrets.gitPushPassword)),
  };
}

/** How hosts are reached, in the state as soon as it is known: one that does not become healthy is one to be looked at. */
class HostAddresses extends pulumi.ComponentResource {
  constructor({ ssh, hosts, caCertificate }: pulumi.Output<LabReach>) {
    super(HOST_ADDRESSES_TYPE, 'addresses');
    this.registerOutputs({ ssh, hosts, caCertificate });
  }
}

/** Known when what is published answers from this machine, and Kafka's addresses, too. */
function tryAddresses(
  lab: Lab,
  cloud: Cloud,
  { secrets, caCertificate }: LabCredentials,
  booted: pulumi.Output<unknown>,
): pulumi.Output<unknown> {
  const tried = pulumi.all([cloud.inventory, secrets, caCertificate, booted]).apply(async ([inventory, known, ca]) => {
    if (pulumi.runtime.isDryRun()) return;
    const urls = publicUrls(lab, inventory);
    const { kafkaBootstrap, kafkaPlaintext } = urls;
    const timeout = lab.config.readyTimeout;
    const login = { username: 'student', password: known.kafkaPasswords.student, caCertificate: ca };
    await speakPlainly(async () => {
      // What the cloud runs beside the hosts is waited for where it is asked for.
      const onHosts = listPublished(urls).filter(({ service }) => hostsOf(lab, service).length > 0);
      await Promise.all(
        onHosts.map(({ service, url, example }) =>
          awaitAnswer({ what: `The ${service} at ${url}`, url: example, timeout }),
        ),
      );
      await tryKafkaAddresses({ bootstrap: kafkaBootstrap.split(','), login });
      if (kafkaPlaintext !== undefined) await tryKafkaAddresses({ bootstrap: kafkaPlaintext.split(',') });
    });
  });
  // That they were tried is no secret.
  return pulumi.unsecret(tried);
}
