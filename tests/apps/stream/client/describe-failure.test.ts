/** Every failure is one line that says what to do. */
import { AuthenticationError, NetworkError, ProtocolError, UserError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { type Attempt, describeFailure } from '../../../../apps/stream/src/client/describe-failure.ts';
import { isPassing, StreamError } from '../../../../apps/stream/src/client/errors.ts';

const attempt: Attempt = {
  cluster: { brokers: ['kafka:9093'], username: 'student', password: 'p' },
  topic: 'ci.jobs',
  action: 'write to',
  group: 'mine',
};
const system = (code: string, message = `connect ${code}`) => Object.assign(new Error(message), { code });
const network = (cause: Error) => new NetworkError('Connection to kafka:9093 failed.', { cause });

describe('describeFailure', () => {
  it.each([
    [network(system('ECONNREFUSED')), 'Nothing answers at kafka:9093'],
    [network(system('ENOTFOUND')), 'has no address'],
    [new AuthenticationError('no', { cause: new ProtocolError('SASL_AUTHENTICATION_FAILED') }), 'refused the username'],
    [
      new AggregateError([new ProtocolError('TOPIC_AUTHORIZATION_FAILED')]),
      'The user student may not write to ci.jobs.',
    ],
    [new ProtocolError('GROUP_AUTHORIZATION_FAILED'), 'The user student may not read as the group mine.'],
    [new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION'), 'The topic ci.jobs does not exist'],
    [network(system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate')), '--ca FILE (self-signed certificate)'],
    [network(new UserError('TLS handshake failed. Please verify')), 'does not speak TLS'],
    [new UserError('Broker requires TLS.'), 'wants TLS: give --username'],
    [new StreamError('In words already.'), 'In words already.'],
    [new Error('something else\n    at stack'), 'kafka:9093: something else'],
  ])('%s', (error, text) => {
    const line = describeFailure(error, attempt);
    expect(line).toContain(text);
    expect(line).not.toContain('\n');
  });
});

describe('isPassing', () => {
  it.each([
    [network(system('ECONNREFUSED')), true],
    [network(system('ETIMEDOUT')), true],
    [new ProtocolError('LEADER_NOT_AVAILABLE'), true],
    [network(system('ENOTFOUND')), false],
    [network(system('SELF_SIGNED_CERT_IN_CHAIN')), false],
    [network(new UserError('TLS handshake failed.')), false],
    [new ProtocolError('TOPIC_AUTHORIZATION_FAILED'), false],
    [network(new AuthenticationError('no', { cause: new ProtocolError('SASL_AUTHENTICATION_FAILED') })), false],
  ])('%s: %s', (error, passing) => {
    expect(isPassing(error)).toBe(passing);
  });
});
