/** Which secrets a host holds, and in which files: each service's own, and no more. */
import type { CloudServices } from './inventory.ts';
import type { Host } from './lab.ts';
import type { RoleName } from './roles.ts';

/** A key and its certificate, PEM. */
export type KeyPair = { key: string; certificate: string };

/** Everything secret of a lab, made once for each stack. */
export type Secrets = {
  databasePassword: string;
  /** Base64 of 64 bytes, as Azure's account keys. */
  blobKey: string;
  gitPushPassword: string;
  kafkaPasswords: Readonly<Record<KafkaAccount, string>>;
  /** Signs what other Git servers say of pushes. */
  webhookSecret: string;
  /** Host name -> the key and certificate of its TLS listeners. */
  tls: Readonly<Record<string, KeyPair>>;
  /** Host name -> the private key of its SSH server, PEM. */
  sshHostKeys: Readonly<Record<string, string>>;
};

/** The file with the private key of a host's SSH server. */
export const SSH_HOST_KEY = '/etc/ssh/ssh_host_ecdsa_key';

/** The account of pushes to the Git server. */
export const LAB_USER = 'lab';

/** Kafka's accounts, one for each purpose: the brokers themselves, the lab's services, and whoever comes from outside. */
export const KAFKA_ACCOUNTS = ['broker', 'web', 'ci-runner', 'student'] as const;
export type KafkaAccount = (typeof KAFKA_ACCOUNTS)[number];

/** The files with secrets of a host: absolute path -> text. They belong to root alone until cloud-init gives one to a service. */
export function describeSecretFiles(
  host: Host,
  secrets: Secrets,
  services: CloudServices = {},
): Record<string, string> {
  return {
    [SSH_HOST_KEY]: member(secrets.sshHostKeys, host.name),
    ...Object.assign({}, ...host.roles.map(({ name }) => roleFiles(name, host, secrets, services))),
  };
}

function roleFiles(role: RoleName, host: Host, secrets: Secrets, services: CloudServices): Record<string, string> {
  const folder = '/etc/lab/secrets';
  switch (role) {
    case 'web': {
      const { key, certificate } = member(secrets.tls, host.name);
      return {
        [`${folder}/web.env`]: environment({
          DATABASE_URL: databaseUrl(secrets, services),
          ...blobLogin(secrets, services),
          CI_WEBHOOK_SECRET: secrets.webhookSecret,
          ...kafkaLogin('web', secrets),
        }),
        [`${folder}/tls.key`]: key,
        [`${folder}/tls.crt`]: certificate,
      };
    }
    case 'git':
      return { [`${folder}/git-push.htpasswd`]: `${LAB_USER}:{PLAIN}${secrets.gitPushPassword}\n` };
    case 'ci':
      return {
        [`${folder}/ci-runner.env`]: environment({
          ...blobLogin(secrets, services),
          ...kafkaLogin('ci-runner', secrets),
        }),
      };
    case 'kafka': {
      const { key, certificate } = member(secrets.tls, host.name);
      return {
        [`${folder}/kafka.env`]: environment({
          KAFKA_BROKER_PASSWORD: secrets.kafkaPasswords.broker,
          KAFKA_WEB_PASSWORD: secrets.kafkaPasswords.web,
          KAFKA_CI_RUNNER_PASSWORD: secrets.kafkaPasswords['ci-runner'],
          KAFKA_STUDENT_PASSWORD: secrets.kafkaPasswords.student,
        }),
        [`${folder}/kafka.pem`]: `${key}${certificate}`,
      };
    }
    case 'database':
      return { [`${folder}/database.env`]: environment({ WEB_PASSWORD: secrets.databasePassword }) };
    case 'storage':
      return { [`${folder}/azurite.env`]: environment({ AZURITE_ACCOUNTS: `lab:${secrets.blobKey}` }) };
    case 'function':
    case 'container':
      return {};
  }
}

function databaseUrl({ databasePassword }: Secrets, { databaseHost }: CloudServices): string {
  // Whoever offers it as a service wants TLS, with a certificate that everyone knows.
  return databaseHost === undefined
    ? `mysql://web:${databasePassword}@database:3306/lab`
    : `mysql://web:${databasePassword}@${databaseHost}:3306/lab?ssl=${encodeURIComponent('{"minVersion":"TLSv1.2"}')}`;
}

/** The account's key; none where a host shows the identity of its machine. */
function blobLogin({ blobKey }: Secrets, { blobUrl }: CloudServices): Record<string, string> {
  return blobUrl === undefined ? { BLOB_KEY: blobKey } : {};
}

function kafkaLogin(account: KafkaAccount, { kafkaPasswords }: Secrets): Record<string, string> {
  return { KAFKA_USERNAME: account, KAFKA_PASSWORD: kafkaPasswords[account] };
}

function environment(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function member<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name];
  if (value === undefined) throw new Error(`no secret was made for host ${name}`);
  return value;
}
