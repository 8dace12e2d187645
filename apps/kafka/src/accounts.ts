/** The accounts of Kafka's clients (SCRAM-SHA-512), brought to the passwords that this host was given. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import { brokerLogin, type HostSettings, ownBroker } from './settings.ts';

/** RFC 7677 asks for no fewer. */
const ITERATIONS = 4096;
const SCRAM_SHA_512 = 2;
const HASH_BYTES = 64;

/** Sets every password, known or not; clients that are connected stay so. */
export async function setAccounts(settings: HostSettings): Promise<void> {
  const accounts = {
    web: settings.KAFKA_WEB_PASSWORD,
    'ci-runner': settings.KAFKA_CI_RUNNER_PASSWORD,
    student: settings.KAFKA_STUDENT_PASSWORD,
  };
  const { username, password } = brokerLogin(settings);
  const connection = new Connection('set-up-cluster', { sasl: { mechanism: 'PLAIN', username, password } });
  const { host, port } = ownBroker(settings);
  await connection.connect(host, port);
  try {
    const credentials = Object.entries(accounts).map(([name, secret]) => describeCredential(name, secret));
    await alterUserScramCredentialsV0.api.async(connection, [], credentials);
  } finally {
    await connection.close();
  }
}

/** What the broker keeps of a password: not the password. */
function describeCredential(name: string, password: string) {
  const salt = randomBytes(32);
  const saltedPassword = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return { name, mechanism: SCRAM_SHA_512, iterations: ITERATIONS, salt, saltedPassword };
}
