/** Secrets that can be told apart from anything else, for a lab of a test. */
import type { Lab } from '../../infra/lab.ts';
import type { Secrets } from '../../infra/secrets.ts';

export const secretOf = (name: string): string => `secret-${name}`;

export function fakeSecrets(lab: Lab): Secrets {
  const everyHost = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(lab.hosts.map(({ name }) => [name, make(name)]));
  return {
    databasePassword: secretOf('database'),
    blobKey: secretOf('blob'),
    gitPushPassword: secretOf('push'),
    kafkaPasswords: {
      broker: secretOf('kafka-broker'),
      web: secretOf('kafka-web'),
      'ci-runner': secretOf('kafka-ci-runner'),
      student: secretOf('kafka-student'),
    },
    webhookSecret: secretOf('webhook'),
    tls: everyHost((name) => ({ key: `${secretOf(`tls-${name}`)}\n`, certificate: `certificate-${name}\n` })),
    sshHostKeys: everyHost((name) => secretOf(`ssh-${name}`)),
  };
}
