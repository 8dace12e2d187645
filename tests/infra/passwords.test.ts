/** Every password of a lab satisfies the strictest service that takes one, and is safe wherever it is written. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needsUpdate } from '../../infra/credentials/credentials.ts';
import { createCredentials, updateCredentials } from '../../infra/credentials/issue.ts';
import { createPassword, satisfiesPolicy } from '../../infra/credentials/password.ts';
import { describeSecretFiles, KAFKA_ACCOUNTS, LAB_USER, type Secrets } from '../../infra/secrets.ts';
import { labWith } from '../helpers/lab.ts';

const REQUEST = { tlsNames: {}, sshHosts: [] };
/** Every account that has one of the passwords, and those that a service may keep for itself. */
const LOGINS = ['web', LAB_USER, ...KAFKA_ACCOUNTS, 'root', 'admin'];
/** Azure counts three or more consecutive letters or digits of a login as a part of it. */
const PARTS = LOGINS.flatMap((login) =>
  [...login].flatMap((_, at) => login.slice(at, at + 3).match(/^[a-z0-9]{3}$/) ?? []),
);

/** Passwords from any sequence of random numbers, so also from those that chance brings once in a million years. */
const passwords = fc
  .infiniteStream(fc.nat())
  .map((numbers) => createPassword((below) => Number(numbers.next().value) % below));

const passwordsOf = ({ databasePassword, gitPushPassword, webhookSecret, kafkaPasswords }: Secrets): string[] => [
  databasePassword,
  gitPushPassword,
  webhookSecret,
  ...Object.values(kafkaPasswords),
];

describe('a generated password', () => {
  test('has 8 to 128 characters, of upper and lower case, digits and others, and no part of a login', () => {
    fc.assert(
      fc.property(passwords, (password) => {
        expect(password).toMatch(/^[\x21-\x7e]{8,128}$/);
        for (const characters of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(password).toMatch(characters);
        for (const part of PARTS) expect(password.toLowerCase()).not.toContain(part);
        expect(satisfiesPolicy(password, 'web')).toBe(true);
      }),
    );
  });

  test('means itself in a URL, a shell, an environment file, SQL, a SCRAM argument and a JAAS string', () => {
    fc.assert(
      fc.property(passwords, (password) => {
        expect(new URL(`mysql://web:${password}@database:3306/lab`).password).toBe(password);
        expect(encodeURIComponent(password)).toBe(password);
        // No quote, space, sign that a shell, systemd, SQL or Java reads, and nothing that looks like an option.
        expect(password).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*[A-Za-z0-9]$/);
      }),
    );
  });

  test('is read by a shell as it was written', () => {
    const [sample] = fc.sample(passwords, 1);
    const read = execFileSync('sh', ['-c', 'eval "$(cat)"; printf %s "$P"'], {
      input: `P=${sample}\n`,
      encoding: 'utf8',
    });
    expect(read).toBe(sample);
  });

  test('is another one each time, of at least 128 bits', () => {
    const many = Array.from({ length: 2000 }, () => createPassword());
    expect(new Set(many).size).toBe(many.length);
    const alphabet = new Set(many.join('')).size;
    expect(Math.log2(alphabet) * Math.min(...many.map(({ length }) => length))).toBeGreaterThan(128);
  });
});

describe('the passwords of a lab', () => {
  test('are all of that kind, also those that an older lab lacked', async () => {
    const made = await createCredentials(REQUEST);
    const { webhookSecret: _, kafkaPasswords: __, ...older } = made;
    const updated = await updateCredentials(older as typeof made, REQUEST);
    for (const password of [...passwordsOf(made), ...passwordsOf(updated)])
      expect(satisfiesPolicy(password, 'web'), password).toBe(true);
  });

  test('are in no file of a host in another form', async () => {
    const secrets = await createCredentials({
      tlsNames: { web: ['web'], 'kafka-1': ['kafka-1'] },
      sshHosts: labWith().hosts.map(({ name }) => name),
    });
    const texts = labWith().hosts.flatMap((host) => Object.values(describeSecretFiles(host, secrets)));
    for (const password of passwordsOf(secrets)) expect(texts.join('\n')).toContain(password);
  });
});

describe('a stack from before', () => {
  const older = async () => ({
    ...(await createCredentials(REQUEST)),
    databasePassword: 'a1'.repeat(24),
    gitPushPassword: 'b2'.repeat(24),
  });

  test('keeps its passwords', async () => {
    const before = await older();
    expect(needsUpdate(before, REQUEST)).toBe(false);
    const after = await updateCredentials(before, { ...REQUEST, sshHosts: ['web'] });
    expect(passwordsOf(after)).toEqual(passwordsOf(before));
  });

  test('is given another database password where a managed database is wanted, which could never have taken the old one', async () => {
    const before = await older();
    const request = { ...REQUEST, managedDatabase: true };
    expect(needsUpdate(before, request)).toBe(true);
    const after = await updateCredentials(before, request);
    expect(satisfiesPolicy(after.databasePassword, 'web')).toBe(true);
    expect(passwordsOf(after).slice(1)).toEqual(passwordsOf(before).slice(1));
    expect(needsUpdate(after, request)).toBe(false);
    expect((await updateCredentials(after, { ...request, sshHosts: ['web'] })).databasePassword).toBe(
      after.databasePassword,
    );
  });
});

test.each([
  ['0123456789abcdef0123456789abcdef', false],
  ['short-1', false],
  ['Bcd-1'.repeat(30), false],
  ['only-lower-and-others', false],
  ['Upper1lower', true],
  ['xxWEBxx-1234', false],
])('a service takes %s for the account web: %s', (password, taken) =>
  expect(satisfiesPolicy(password, 'web')).toBe(taken),
);
