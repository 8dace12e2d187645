/** Makes what is secret of a lab: passwords, its own certificate authority, keys of TLS and SSH servers. */
import { randomBytes } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { KAFKA_ACCOUNTS, type KafkaAccount, type KeyPair } from '../secrets.ts';
import { acceptsDatabasePassword, type Credentials, type CredentialsRequest, endsSoon } from './credentials.ts';
import { createPassword } from './password.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** The longest that browsers accept. */
const CERTIFICATE_DAYS = 397;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Makes all credentials anew. */
export async function createCredentials(request: CredentialsRequest): Promise<Credentials> {
  const authority = await createAuthority();
  return {
    databasePassword: createPassword(),
    blobKey: randomBytes(64).toString('base64'),
    gitPushPassword: createPassword(),
    kafkaPasswords: createKafkaPasswords(),
    webhookSecret: createPassword(),
    authority,
    caCertificate: authority.certificate,
    ...(await issueFor(request, authority)),
  };
}

/**
 * Issues certificates and host keys for another request (or because they end soon). The authority and the passwords stay, but for a
 * database password that the service which is now to take it would refuse.
 */
export async function updateCredentials(current: Credentials, request: CredentialsRequest): Promise<Credentials> {
  const issued = await issueFor(request, current.authority, endsSoon(current) ? undefined : current);
  return {
    ...current,
    ...issued,
    databasePassword: acceptsDatabasePassword(current, request) ? current.databasePassword : createPassword(),
    webhookSecret: current.webhookSecret ?? createPassword(),
    kafkaPasswords: { ...createKafkaPasswords(), ...current.kafkaPasswords },
  };
}

function createKafkaPasswords(): Credentials['kafkaPasswords'] {
  const passwords = KAFKA_ACCOUNTS.map((account) => [account, createPassword()] as const);
  return Object.fromEntries(passwords) as Record<KafkaAccount, string>;
}

type Issued = Pick<Credentials, 'tls' | 'tlsNames' | 'sshHostKeys' | 'sshHostPublicKeys' | 'sshHosts' | 'expires'>;

/** Issues what a request asks for; what was issued for the same host and names before is kept, so that its host is not replaced. */
async function issueFor(
  request: CredentialsRequest,
  authority: KeyPair,
  before?: Omit<Issued, 'expires'>,
): Promise<Issued> {
  const tls: Record<string, KeyPair> = {};
  for (const [host, names] of Object.entries(request.tlsNames)) {
    const known = before?.tls[host];
    const same = JSON.stringify(before?.tlsNames[host]) === JSON.stringify(names);
    tls[host] = known !== undefined && same ? known : await issueCertificate(host, names, authority);
  }
  const sshHostKeys: Record<string, string> = {};
  const sshHostPublicKeys: Record<string, string> = {};
  for (const host of request.sshHosts) {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    sshHostKeys[host] = before?.sshHostKeys[host] ?? (await exportKey(keys.privateKey));
    sshHostPublicKeys[host] = before?.sshHostPublicKeys[host] ?? (await formatSshPublicKey(keys.publicKey));
  }
  const ends = Object.values(tls).map(({ certificate }) =>
    new x509.X509Certificate(certificate).notAfter.toISOString(),
  );
  return {
    ...request,
    tls,
    sshHostKeys,
    sshHostPublicKeys,
    expires: ends.sort()[0] ?? new Date(Date.now() + AUTHORITY_DAYS * DAY_MS).toISOString(),
  };
}

async function createAuthority(): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(15).toString('hex'),
    name: 'CN=Cloud Lab authority',
    ...validFor(AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await exportKey(keys.privateKey), certificate: pem(certificate) };
}

async function issueCertificate(host: string, names: readonly string[], authority: KeyPair): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issuer = new x509.X509Certificate(authority.certificate);
  const der = x509.PemConverter.decodeFirst(authority.key);
  const signingKey = await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(15).toString('hex'),
    subject: `CN=${host}`,
    issuer: issuer.subject,
    ...validFor(CERTIFICATE_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value): x509.JsonGeneralName => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { key: await exportKey(keys.privateKey), certificate: pem(certificate) };
}

/** From an hour ago, as clocks differ. */
function validFor(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * DAY_MS) };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

/** RFC 5656, section 3.1: the type, the curve's name and the point, each with its length before it. */
async function formatSshPublicKey(key: CryptoKey): Promise<string> {
  const point = Buffer.from(await crypto.subtle.exportKey('raw', key));
  const fields = [Buffer.from('ecdsa-sha2-nistp256'), Buffer.from('nistp256'), point].map((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return Buffer.concat([length, field]);
  });
  return `ecdsa-sha2-nistp256 ${Buffer.concat(fields).toString('base64')}`;
}
