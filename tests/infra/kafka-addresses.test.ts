import { expect, test } from 'vitest';
import { type AskBroker, tryKafkaAddresses } from '../../infra/kafka-addresses.ts';

const BOOTSTRAP = ['lab.example:24020', 'lab.example:24021'];
const LOGIN = { username: 'student', password: 'secret', caCertificate: 'PEM' };

test("every address is asked, with the clients' own account", async () => {
  const asked: unknown[] = [];
  const ask: AskBroker = async (...question) => {
    asked.push(question);
    return BOOTSTRAP;
  };
  await tryKafkaAddresses({ bootstrap: BOOTSTRAP, login: LOGIN }, ask);
  expect(asked).toEqual(BOOTSTRAP.map((address) => [address, LOGIN]));
});

test('a broker that sends its clients to where they cannot get is found out, and where to look is told', async () => {
  const ask: AskBroker = async (address) =>
    address === BOOTSTRAP[1] ? [BOOTSTRAP[0] ?? '', 'kafka-2:9093'] : BOOTSTRAP;
  await expect(tryKafkaAddresses({ bootstrap: BOOTSTRAP, login: LOGIN }, ask)).rejects.toThrow(
    /^The Kafka broker at lab\.example:24021 sends its clients on to kafka-2:9093, which is none of .*advertised\.listeners/,
  );
});

test('an address that does not answer from here is named, and no secret with it', async () => {
  const ask: AskBroker = async () => {
    throw new Error('connect ECONNREFUSED');
  };
  const attempt = tryKafkaAddresses({ bootstrap: BOOTSTRAP, login: LOGIN }, ask);
  await expect(attempt).rejects.toThrow(
    /^Kafka is up, but its address lab\.example:24020 does not work from this machine: connect ECONNREFUSED\./,
  );
  await expect(attempt).rejects.not.toThrow(/secret/);
});
