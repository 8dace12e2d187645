import { X509Certificate } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { needsUpdate } from '../../infra/credentials/credentials.ts';
import { createCredentials, updateCredentials } from '../../infra/credentials/issue.ts';

const REQUEST = { tlsNames: { web: ['localhost', '127.0.0.1', 'web'] }, sshHosts: ['web', 'database'] };

describe('the credentials of a lab', () => {
  test('hold a certificate of its own authority for every name asked for', async () => {
    const { authority, tls, caCertificate } = await createCredentials(REQUEST);
    const certificate = new X509Certificate(tls.web?.certificate ?? '');
    const issuer = new X509Certificate(caCertificate);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect([issuer.ca, certificate.ca]).toEqual([true, false]);
    for (const name of ['localhost', 'web']) expect(certificate.checkHost(name)).toBe(name);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('example.org')).toBeUndefined();
    expect(authority.key).toContain('PRIVATE KEY');
  });

  test('are other ones for every lab, and long enough', async () => {
    const [one, other] = await Promise.all([createCredentials(REQUEST), createCredentials(REQUEST)]);
    for (const name of ['databasePassword', 'blobKey', 'gitPushPassword', 'webhookSecret'] as const) {
      expect(one[name]).not.toBe(other[name]);
      expect(one[name].length).toBeGreaterThanOrEqual(48);
    }
    const passwords = [one, other].flatMap(({ kafkaPasswords }) => Object.values(kafkaPasswords));
    expect(new Set(passwords).size).toBe(8);
    expect(Math.min(...passwords.map(({ length }) => length))).toBeGreaterThanOrEqual(48);
    expect(Buffer.from(one.blobKey, 'base64')).toHaveLength(64);
  });

  test('keep what is there when a host is added', async () => {
    const before = await createCredentials(REQUEST);
    const request = { tlsNames: { ...REQUEST.tlsNames, kafka: ['kafka'] }, sshHosts: [...REQUEST.sshHosts, 'kafka'] };
    expect([needsUpdate(before, REQUEST), needsUpdate(before, request)]).toEqual([false, true]);
    const after = await updateCredentials(before, request);
    expect(after.tls.web).toEqual(before.tls.web);
    expect(after.sshHostKeys).toMatchObject(before.sshHostKeys);
    expect(after.databasePassword).toBe(before.databasePassword);
    expect(Object.keys(after.sshHostPublicKeys).sort()).toEqual(['database', 'kafka', 'web']);
    expect(needsUpdate(after, request)).toBe(false);
  });

  test('are renewed before a certificate ends, with the same authority and passwords', async () => {
    const before = await createCredentials(REQUEST);
    vi.useFakeTimers({ now: Date.now() + 370 * 86_400_000, toFake: ['Date'] });
    try {
      expect(needsUpdate(before, REQUEST)).toBe(true);
      const after = await updateCredentials(before, REQUEST);
      expect(after.tls.web?.certificate).not.toBe(before.tls.web?.certificate);
      expect(after.caCertificate).toBe(before.caCertificate);
      expect(after.kafkaPasswords).toEqual(before.kafkaPasswords);
      expect(needsUpdate(after, REQUEST)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});
