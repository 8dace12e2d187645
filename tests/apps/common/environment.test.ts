/** Every wrong variable is named at once, in words, and no secret is repeated. */
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, readEnvironment } from '../../../apps/common/src/environment.ts';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 1, maximum: 65_535, default: 8081 }),
  BROKERS: Type.String({ minLength: 1, description: 'host:port of the brokers' }),
  VERBOSE: Type.Boolean({ default: false }),
  MODE: Type.Optional(Type.Union([Type.Literal('fast'), Type.Literal('slow')])),
  BLOB_KEY: Type.String({ pattern: '^[A-Za-z0-9+/=]+$' }),
});
const complete = { BROKERS: 'kafka:9092', BLOB_KEY: 'Zm9v' };

const messageFor = (environment: Record<string, string>): string => {
  try {
    readEnvironment(schema, environment);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('readEnvironment', () => {
  it('fills in the defaults and converts', () => {
    expect(readEnvironment(schema, { ...complete, PORT: '99', VERBOSE: 'true' })).toEqual({
      ...complete,
      PORT: 99,
      VERBOSE: true,
    });
    expect(readEnvironment(schema, complete)).toEqual({ ...complete, PORT: 8081, VERBOSE: false });
  });

  it('takes an empty variable as unset', () => {
    expect(readEnvironment(schema, { ...complete, PORT: '' }).PORT).toBe(8081);
    expect(messageFor({ ...complete, BROKERS: '' })).toBe(
      'The environment is not right:\n  BROKERS is missing (host:port of the brokers)',
    );
  });

  it('names all that is wrong in one message', () => {
    expect(messageFor({ PORT: '0', VERBOSE: 'maybe', MODE: 'medium' })).toBe(
      [
        'The environment is not right:',
        '  PORT must be >= 1, which "0" is not',
        '  BROKERS is missing (host:port of the brokers)',
        '  VERBOSE must be boolean, which "maybe" is not',
        '  MODE must be fast or slow, which "medium" is not',
        '  BLOB_KEY is missing',
      ].join('\n'),
    );
  });

  it('never repeats a secret', () => {
    const message = messageFor({ ...complete, BLOB_KEY: 'not!base64' });
    expect(message).toContain('BLOB_KEY must match pattern');
    expect(message).not.toContain('not!base64');
  });

  it('leaves variables alone that it was not asked about', () => {
    expect(readEnvironment(schema, { ...complete, HOME: '/root' })).not.toHaveProperty('HOME');
  });
});
