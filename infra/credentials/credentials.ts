/** What the credentials of a lab are, and when they have to be made anew; loads next to nothing, as every update asks. */
import type { KeyPair, Secrets } from '../secrets.ts';
import { satisfiesPolicy } from './password.ts';

/** What credentials are wanted for. */
export type CredentialsRequest = {
  /** Host name -> the DNS names and addresses under which its TLS listeners are reached. */
  tlsNames: Record<string, string[]>;
  /** Hosts that run an SSH server. */
  sshHosts: string[];
  /** True where the database is a service of the cloud, which is particular about passwords; absent elsewhere. */
  managedDatabase?: boolean;
};

/** The account of the web app on the database. */
const DATABASE_LOGIN = 'web';

/** Everything made for a lab; all but the certificates and public keys is secret. */
export type Credentials = Secrets &
  CredentialsRequest & {
    /** The lab's own authority: its certificate is for its users, its key stays here. */
    authority: KeyPair;
    /** Host name -> the public key of its SSH server, as a line of known_hosts without the address. */
    sshHostPublicKeys: Record<string, string>;
    /** The authority's certificate once more: of all of it, this is no secret. */
    caCertificate: string;
    /** When the first certificate ends, ISO 8601. */
    expires: string;
  };

const DAY_MS = 86_400_000;
const RENEW_BEFORE_DAYS = 30;

/** True where these credentials do not serve that request, or no longer for long. */
export function needsUpdate(current: Credentials, request: CredentialsRequest): boolean {
  // A lab from before there were these secrets gets them.
  const complete = current.webhookSecret !== undefined && current.kafkaPasswords !== undefined;
  const accepted = acceptsDatabasePassword(current, request);
  return !complete || !accepted || endsSoon(current) || stableText(current) !== stableText(request);
}

/** False only where a managed database is wanted that can never have taken this password, as one of an older lab. */
export function acceptsDatabasePassword(
  { databasePassword }: Pick<Secrets, 'databasePassword'>,
  { managedDatabase = false }: CredentialsRequest,
): boolean {
  return !managedDatabase || satisfiesPolicy(databasePassword, DATABASE_LOGIN);
}

/** True where a certificate has less than a month to go. */
export function endsSoon({ expires }: Pick<Credentials, 'expires'>): boolean {
  return Date.parse(expires) - Date.now() < RENEW_BEFORE_DAYS * DAY_MS;
}

function stableText({ tlsNames, sshHosts }: CredentialsRequest): string {
  return JSON.stringify([Object.entries(tlsNames).sort(), [...sshHosts].sort()]);
}
