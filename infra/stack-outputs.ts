/** The outputs as Pulumi has them: known when the lab is ready, the secret ones marked as secrets. */
import * as pulumi from '@pulumi/pulumi';
import type { Cloud } from './clouds/cloud.ts';
import type { LabCredentials } from './credentials/resource.ts';
import type { Lab } from './lab.ts';
import type { Operator } from './operator.ts';
import { describeOutputs, gitPushUrl } from './outputs.ts';

export type StackOutputSources = {
  lab: Lab;
  cloud: Cloud;
  credentials: LabCredentials;
  operator: Operator;
  /** Known when every host is ready: no address is given out before. */
  ready: pulumi.Output<unknown>;
};

export async function describeStackOutputs({
  lab,
  cloud,
  credentials,
  operator,
  ready,
}: StackOutputSources): Promise<Record<string, pulumi.Output<unknown>>> {
  const plain = pulumi
    .all([cloud.inventory, credentials.caCertificate, credentials.sshHostPublicKeys, ready])
    .apply(([inventory, caCertificate, sshHostPublicKeys]) =>
      describeOutputs({ lab, inventory, caCertificate, sshHostPublicKeys, ssh: operator.ssh }),
    );
  const keys = [
    'webUrl',
    'webUrlTls',
    'apiUrl',
    'ciUrl',
    'ciWebhookUrl',
    'coverageUrl',
    'kafkaBootstrap',
    'kafkaUsername',
    'blobUrl',
    'gitUrl',
    'caCertificate',
    'ssh',
    'hosts',
  ] as const;
  return {
    ...Object.fromEntries(keys.map((key) => [key, plain.apply((outputs) => outputs[key])])),
    kafkaPassword: pulumi.all([credentials.secrets, ready]).apply(([secrets]) => secrets.kafkaPassword),
    ciWebhookSecret: pulumi.all([credentials.secrets, ready]).apply(([secrets]) => secrets.webhookSecret),
    gitPushUrl: pulumi
      .all([cloud.inventory, credentials.secrets, ready])
      .apply(([inventory, secrets]) => gitPushUrl(lab, inventory, secrets.gitPushPassword)),
  };
}
